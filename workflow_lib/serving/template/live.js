"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const all = (query, root = document) => Array.from(root.querySelectorAll(query));
  const kind = document.body.dataset.live;
  const digests = new Map(Object.entries(JSON.parse(by("digests").textContent)));
  const here = location.pathname;
  const AGAIN_MS = 5000;
  const MOST = 50;

  // Times as people say them.
  const clock = (seconds) => {
    if (seconds < 90) return `${seconds} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    return `${Math.floor(seconds / 3600)} h ${Math.round(seconds % 3600 / 60)} min`;
  };
  const left = (seconds) => seconds === null || seconds === undefined ? "" : seconds > 0 ? `, about ${clock(seconds)} left` : ", longer than usual";

  // How far clips and films are.
  let going = {};
  const tellClip = (card) => {
    const place = card.querySelector(".going");
    if (!place) return;
    const told = going[card.id];
    place.hidden = !told;
    if (!told) return;
    place.querySelector("progress").value = told.percent;
    const since = told.elapsed_s ? `, ${clock(told.elapsed_s)} so far` : "";
    place.querySelector("p").textContent = `${told.stage[0].toUpperCase()}${told.stage.slice(1)}, ${told.percent} %${since}${left(told.left_s)}`;
  };
  const tellRow = (row) => {
    const told = going[row.id], place = row.querySelector(".now");
    place.hidden = !told;
    if (told) place.textContent = `${told.making} clip${told.making === 1 ? "" : "s"} being made${left(told.left_s)}`;
  };
  const tellGoing = () => {
    if (kind === "all") all(".row").forEach(tellRow);
    else all(".card").forEach(tellClip);
    const film = by("film-left");
    if (film) film.textContent = going.film ? left(going.film.left_s) : "";
  };

  // Parts that have changed are fetched and put in place.
  const parsed = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };
  // What was on the page as it came is not as it was written: players are set up when they come near.
  const media = new Map();
  const written = (card) => card.querySelector(".media").innerHTML;
  const held = new Map();
  const isPlaying = (card) => all("video", card).some((video) => !video.paused && !video.ended);
  const swapCard = (old, html) => {
    const fresh = parsed(html), before = media.get(old.id), after = written(fresh);
    const same = before === undefined ? old.dataset.src === fresh.dataset.src && old.dataset.still === fresh.dataset.still : before === after;
    if (!same && isPlaying(old)) { held.set(old.id, html); return; }
    held.delete(old.id);
    const focused = old.contains(document.activeElement) && document.activeElement !== old;
    const wasOpen = old.querySelector("details")?.open;
    for (const name of old.getAttributeNames()) if (name.startsWith("data-") && !fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const name of fresh.getAttributeNames()) if (name.startsWith("data-")) old.setAttribute(name, fresh.getAttribute(name));
    if (!same) old.querySelector(".media").replaceWith(fresh.querySelector(".media"));
    old.querySelector(".about").replaceWith(fresh.querySelector(".about"));
    if (wasOpen && old.querySelector("details")) old.querySelector("details").open = true;
    media.set(old.id, after);
    globalThis.review.renewed(old);
    tellClip(old);
    if (focused) old.focus({ preventScroll: true });
  };
  document.addEventListener("pause", (event) => {
    const card = event.target.closest?.(".card");
    if (card && held.has(card.id)) swapCard(card, held.get(card.id));
  }, true);
  const swap = (key, html) => {
    if (key === "bar") by("told").innerHTML = html;
    else if (key === "top") by("top").replaceWith(parsed(html));
    else if (kind === "all") { const row = parsed(html); by(key)?.replaceWith(row); tellRow(row); }
    else if (by(key)) swapCard(by(key), html);
  };
  const wanted = new Map();
  let fetching = false;
  const fetchParts = async () => {
    if (fetching) return;
    fetching = true;
    try {
      while (wanted.size) {
        const keys = [...wanted.keys()].slice(0, MOST);
        const query = new URLSearchParams(keys.map((key) => ["of", key]));
        const answer = await fetch(`${here}parts?${query}`);
        if (!answer.ok) throw new Error(answer.statusText);
        const parts = await answer.json();
        for (const key of keys) {
          wanted.delete(key);
          if (!parts[key] || digests.get(key) === parts[key].digest) continue;
          digests.set(key, parts[key].digest);
          swap(key, parts[key].html);
        }
        if (keys.length) tellGoing();
        if (kind === "film") globalThis.review.counted();
      }
    } catch {
      wanted.clear();
      setTimeout(connect, AGAIN_MS);
    } finally {
      fetching = false;
    }
  };
  const heard = ({ parts, count, going: now }) => {
    if (now) { going = now; tellGoing(); }
    const changed = Object.entries(parts).filter(([key, digest]) => digests.get(key) !== digest);
    // Clips or films have come or gone, or it is another page by now.
    if (count !== digests.size || changed.some(([key]) => !digests.has(key))) {
      if (!document.querySelector("dialog[open]")) location.reload();
      return;
    }
    for (const [key, digest] of changed) wanted.set(key, digest);
    fetchParts();
  };

  // The stream: it comes back by itself, and rests while nobody sees the page, as browsers allow few of them.
  let stream = null, again = 0;
  const say = (state, text) => {
    by("link").className = `link ${state}`;
    by("link").textContent = text;
    document.body.dataset.link = state;
  };
  const connect = () => {
    clearTimeout(again);
    stream?.close();
    stream = null;
    if (document.hidden) return;
    stream = new EventSource(`${here}events`);
    stream.addEventListener("message", (event) => {
      say("on", document.body.dataset.may ? "Live" : "Live, to look at only");
      heard(JSON.parse(event.data));
    });
    stream.addEventListener("full", () => {
      stream.close();
      say("off", "Too many pages are open");
      again = setTimeout(connect, 4 * AGAIN_MS);
    });
    stream.addEventListener("error", () => {
      say("off", "The server does not answer; trying again");
      if (stream?.readyState === EventSource.CLOSED) again = setTimeout(connect, AGAIN_MS);
    });
  };
  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", () => stream?.close());
  connect();

  // What is written.
  const toast = by("toast");
  let fading = 0;
  const tell = (text, bad = false) => {
    clearTimeout(fading);
    toast.textContent = text;
    toast.classList.toggle("bad", bad);
    toast.hidden = false;
    fading = setTimeout(() => { toast.hidden = true; }, bad ? 12000 : 7000);
  };
  const send = async (what, body) => {
    let answer;
    try {
      answer = await fetch(here + what, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    } catch {
      throw new Error("The server does not answer; nothing was written.");
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.error || answer.statusText);
    return told;
  };
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  const done = async (what, body, wrong = null) => {
    try {
      const told = await send(what, body);
      tell(`${capital(told.text)}.`);
      return true;
    } catch (error) {
      if (wrong) { wrong.textContent = capital(error.message); wrong.hidden = false; } else tell(capital(error.message), true);
      return false;
    }
  };

  const reject = by("reject"), reword = by("reword");
  let rejecting = null, rewording = null, foreseeing = 0;
  const openReject = (clip, take) => {
    rejecting = { clip, take };
    by("reject-note").value = "";
    by("reject-wrong").hidden = true;
    reject.showModal();
  };
  const fieldsOf = (prompt) => {
    const parts = typeof prompt === "string" ? { prompt } : prompt;
    by("reword-fields").replaceChildren(...Object.entries(parts).map(([name, text]) => {
      const label = document.createElement("label"), span = document.createElement("span"), area = document.createElement("textarea");
      span.textContent = name;
      area.name = name;
      area.value = text;
      area.dir = "auto";
      area.rows = typeof prompt === "string" ? 7 : 2;
      label.append(span, area);
      return label;
    }));
  };
  const words = () => {
    const areas = all("textarea", by("reword-fields"));
    return rewording.whole ? areas[0].value : Object.fromEntries(areas.map((area) => [area.name, area.value]));
  };
  const openReword = async (clip) => {
    try {
      const answer = await fetch(`${here}prompt?clip=${clip}`);
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      rewording = { clip, digest: told.digest, whole: typeof told.prompt === "string" };
      fieldsOf(told.prompt);
      by("reword-title").textContent = `The prompt of clip ${clip}`;
      by("reword-where").textContent = told.where;
      by("reword-wrong").hidden = true;
      reword.showModal();
      foresee();
    } catch (error) {
      tell(capital(error.message), true);
    }
  };
  const foresee = async () => {
    const asked = ++foreseeing, next = by("reword-next");
    try {
      const told = await send("foresee", { clip: rewording.clip, prompt: words() });
      if (asked === foreseeing) next.textContent = `${capital(told.text)}.`;
    } catch (error) {
      if (asked === foreseeing) next.textContent = capital(error.message);
    }
  };
  let typing = 0;
  reword?.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(foresee, 300); });
  reword?.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    by("reword-save").disabled = true;
    if (await done("prompt", { clip: rewording.clip, prompt: words(), digest: rewording.digest }, by("reword-wrong"))) reword.close();
    by("reword-save").disabled = false;
  });
  reject?.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = { ...rejecting, verdict: "rejected", note: by("reject-note").value };
    if (await done("verdict", body, by("reject-wrong"))) reject.close();
  });
  // What had to wait for it is looked at now.
  for (const dialog of [reword, reject]) dialog?.addEventListener("close", connect);
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !target.matches(".card") || !document.body.dataset.may) return;
    const deed = { a: "approved", r: "rejected", e: "prompt" }[key];
    const button = deed && target.querySelector(`.deeds [data-deed="${deed}"]`);
    if (!button || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    button.click();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-close]")) { button.closest("dialog").close(); return; }
    if (kind !== "film" && button.matches(".copy")) { navigator.clipboard.writeText(button.dataset.copy).then(() => { button.textContent = "Copied"; }); return; }
    if (!button.matches("[data-deed]")) return;
    const clip = Number(button.closest(".card").dataset.number), { deed, take } = button.dataset;
    if (deed === "prompt") openReword(clip);
    else if (deed === "rejected") openReject(clip, take);
    else if (deed === "approved") done("verdict", { clip, take, verdict: "approved" });
    else if (deed === "take") done("take", { clip, take });
  });

  by("sift")?.addEventListener("input", (event) => {
    const asked = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of all(".row")) row.hidden = !asked.every((word) => row.querySelector(".words").textContent.toLowerCase().includes(word));
  });
})();

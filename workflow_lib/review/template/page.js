"use strict";
(() => {
  const all = (query, root = document) => Array.from(root.querySelectorAll(query));
  const by = (id) => document.getElementById(id);
  const cards = all(".card");
  const cardOf = new Map(cards.map((card) => [card.dataset.number, card]));
  const nameOf = (card) => card.querySelector("h2").textContent.trim();
  const SLATE_MS = 2500;
  const MANY = 300;

  // One thing plays at a time.
  let playing = null;
  const take = (media) => {
    if (playing && playing !== media) playing.pause();
    playing = media;
  };
  const started = (media) => media.play().catch(() => {});

  const load = (video, address) => {
    if (video.getAttribute("src") !== address) {
      video.setAttribute("src", address);
      video.load();
    }
  };
  // Until it is first played, a player shows its picture alone.
  const begun = (video) => {
    video.controls = true;
    const button = video.parentElement.querySelector(".play");
    if (!button) return;
    if (button === document.activeElement) button.closest(".card").focus({ preventScroll: true });
    button.remove();
  };
  // A thousand players take seconds to set up: each is there when its clip comes near the window, or is played.
  const waitingIn = (card) => card.querySelector(".frame > template");
  const playerOf = (card) => {
    const waiting = waitingIn(card);
    if (waiting) {
      // A copy: a player that was set up outside of the page never loads.
      waiting.replaceWith(document.importNode(waiting.content, true));
      heed(card.querySelector(".frame video"));
    }
    return card.querySelector(".frame video");
  };
  const heed = (video) => video.addEventListener("play", () => { begun(video); stopFilm(); take(video); });
  const stillOf = (card) => {
    const video = (waitingIn(card)?.content ?? card).querySelector("video");
    return video?.getAttribute("poster") || card.querySelector(".wanting")?.getAttribute("src");
  };
  const toggle = (card) => {
    const video = playerOf(card);
    if (!video) return;
    if (video.paused) started(video);
    else video.pause();
  };
  const nearing = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      playerOf(target);
      nearing.unobserve(target);
    }
  }, { rootMargin: "100% 0px" });
  for (const card of cards) if (waitingIn(card)) nearing.observe(card);

  // Takes.
  const showTake = (button) => {
    const card = button.closest(".card");
    const frame = card.querySelector(".frame");
    let video = playerOf(card);
    if (!video) {
      video = document.createElement("video");
      video.controls = true;
      video.playsInline = true;
      video.setAttribute("aria-label", `A take of ${nameOf(card)}`);
      heed(video);
      frame.replaceChildren(video);
    }
    for (const other of all(".take", card)) other.setAttribute("aria-pressed", String(other === button));
    const note = card.querySelector(".showing");
    const text = document.createElement("span");
    text.textContent = button.dataset.inFilm === "1" ? `Take ${button.dataset.name}, which is in the film` : `Take ${button.dataset.name}, which is not in the film`;
    note.replaceChildren(text);
    if (card.dataset.src) {
      const back = document.createElement("button");
      back.type = "button";
      back.textContent = "Back to the film's";
      back.addEventListener("click", () => {
        load(video, card.dataset.src);
        note.hidden = true;
        for (const other of all(".take", card)) other.setAttribute("aria-pressed", "false");
        card.focus();
      });
      note.append(back);
    }
    note.hidden = false;
    load(video, button.dataset.src);
    started(video);
  };

  // Lines.
  const voice = new Audio();
  voice.preload = "none";
  const hear = (button) => {
    const again = voice.getAttribute("src") === button.dataset.voice && !voice.paused;
    if (again) { voice.pause(); return; }
    stopFilm();
    load(voice, button.dataset.voice);
    take(voice);
    started(voice);
  };

  // The film: clip by clip in one player, each with its line.
  const reel = by("reel"), slate = by("slate"), playFilm = by("play-film"), nowMark = by("now-mark");
  const list = all("#reel-list button");
  const line = new Audio();
  let place = -1, running = false, timer = 0;

  const tellRunning = () => {
    playFilm.textContent = running ? "Pause" : place < 0 ? "Play the film" : "Go on";
  };
  const stopFilm = () => {
    if (!running) return;
    running = false;
    clearTimeout(timer);
    reel.pause();
    line.pause();
    tellRunning();
  };
  const show = (next) => {
    clearTimeout(timer);
    place = next;
    const button = list[place], card = cardOf.get(button.dataset.number);
    for (const other of list) other.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    if (running) button.scrollIntoView({ block: "nearest" });
    by("now-name").textContent = `${place + 1} of ${list.length}: ${nameOf(card)}`;
    const mark = card.dataset.mark;
    nowMark.textContent = mark;
    nowMark.hidden = !mark;
    document.documentElement.dataset.filmClip = button.dataset.number;
    line.pause();
    line.removeAttribute("src");
    if (card.dataset.voice) line.setAttribute("src", card.dataset.voice);
    const still = stillOf(card);
    if (still) reel.setAttribute("poster", still);
    else reel.removeAttribute("poster");
    slate.hidden = Boolean(card.dataset.src);
    if (card.dataset.src) {
      load(reel, card.dataset.src);
    } else {
      reel.pause();
      reel.removeAttribute("src");
      slateSays(card, "There is no clip yet");
    }
  };
  const slateSays = (card, why) => {
    by("slate-name").textContent = nameOf(card);
    by("slate-why").textContent = why;
    slate.hidden = false;
  };
  const goOn = () => {
    running = true;
    begun(reel);
    take(reel);
    tellRunning();
    if (line.getAttribute("src") && !line.ended) started(line);
    if (reel.getAttribute("src") && !reel.error) { if (!reel.ended) started(reel); else maybeNext(); }
    else timer = setTimeout(maybeNext, SLATE_MS);
  };
  const jump = (next, go = running) => {
    if (next < 0 || next >= list.length) return;
    show(next);
    if (go) goOn();
  };
  // A line is heard to its end before the next clip is seen, as in the film.
  const maybeNext = () => {
    if (!running || (line.getAttribute("src") && !line.ended && !line.error && !line.paused)) return;
    if (reel.getAttribute("src") && !reel.ended && !reel.error) return;
    const next = list.findIndex((button, index) => index > place && button.dataset.plays !== "left-out");
    if (next > 0) { jump(next, true); return; }
    running = false;
    place = -1;
    by("now-name").textContent = "The film is over";
    nowMark.hidden = true;
    for (const other of list) other.removeAttribute("aria-current");
    tellRunning();
  };
  const toggleFilm = () => {
    if (running) { stopFilm(); return; }
    if (place < 0) show(0);
    goOn();
  };
  reel.addEventListener("ended", maybeNext);
  line.addEventListener("ended", maybeNext);
  line.addEventListener("error", maybeNext);
  reel.addEventListener("error", () => {
    if (place < 0 || !reel.getAttribute("src")) return;
    slateSays(cardOf.get(list[place].dataset.number), "It cannot be played here");
    if (running) timer = setTimeout(maybeNext, SLATE_MS);
  });
  reel.addEventListener("play", () => { if (!running && place >= 0) goOn(); });
  reel.addEventListener("pause", () => { if (running && !reel.ended && reel.getAttribute("src") && reel.readyState > 2) stopFilm(); });
  reel.addEventListener("seeked", () => { if (line.getAttribute("src") && reel.currentTime > 0) line.currentTime = Math.min(reel.currentTime, line.duration || 0); });
  reel.addEventListener("volumechange", () => { line.volume = reel.volume; line.muted = reel.muted; });
  reel.addEventListener("click", () => { if (place < 0) toggleFilm(); });
  by("film-before").addEventListener("click", () => jump(place - 1));
  by("film-after").addEventListener("click", () => jump(place + 1));
  playFilm.addEventListener("click", toggleFilm);
  by("reel-list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) jump(list.indexOf(button), true);
  });
  const thumbOf = (still) => {
    const image = new Image();
    image.loading = "lazy";
    image.alt = "";
    image.src = still;
    return image;
  };
  if (list.length <= MANY) {
    for (const button of list) {
      const still = stillOf(cardOf.get(button.dataset.number));
      if (!still) continue;
      button.querySelector(".thumb").append(thumbOf(still));
    }
  }
  const first = cards.find(stillOf);
  if (first) reel.setAttribute("poster", stillOf(first));

  // Filters and search.
  const search = by("search"), filters = all("[data-filter]");
  let wanted = "", texts = null;
  const sift = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) texts ??= cards.map((card) => card.querySelector(".about").textContent.toLowerCase());
    let count = 0;
    cards.forEach((card, index) => {
      const seen = (!wanted || card.dataset.flags.split(" ").includes(wanted)) && words.every((word) => texts[index].includes(word));
      card.hidden = !seen;
      count += seen;
    });
    by("count").textContent = `${count} of ${cards.length} clips`;
    by("none-left").hidden = count > 0;
  };
  const filter = (name) => {
    wanted = name;
    for (const button of filters) button.setAttribute("aria-pressed", String(button.dataset.filter === name));
    sift();
  };
  for (const button of filters) button.addEventListener("click", () => filter(button.dataset.filter));
  search.addEventListener("input", sift);
  by("show-all").addEventListener("click", () => { search.value = ""; filter(""); search.focus(); });

  // For a page that stays up to date: a card has other parts by now.
  const renewed = (card) => {
    if (waitingIn(card)) nearing.observe(card);
    texts = null;
    const button = list.find((one) => one.dataset.number === card.dataset.number);
    button.dataset.plays = card.dataset.plays;
    const known = button.querySelector(".mark"), { mark } = card.dataset;
    if (!mark) known?.remove();
    else if (known) known.textContent = mark;
    else button.append(Object.assign(document.createElement("span"), { className: "mark", textContent: mark }));
    button.querySelector(".mark")?.classList.toggle("none", card.dataset.plays === "nothing");
    const still = stillOf(card), image = button.querySelector(".thumb img");
    if (still && list.length <= MANY) {
      if (image) image.src = still;
      else button.querySelector(".thumb").append(thumbOf(still));
    }
  };
  const counted = () => {
    for (const button of filters) {
      if (!button.dataset.filter) continue;
      const count = cards.filter((card) => card.dataset.flags.split(" ").includes(button.dataset.filter)).length;
      button.querySelector("b").textContent = count;
      button.disabled = !count && wanted !== button.dataset.filter;
    }
    sift();
  };
  globalThis.review = { renewed, counted };

  // Buttons in cards, heard in one place.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches(".play")) toggle(button.closest(".card"));
    else if (button.matches(".take")) showTake(button);
    else if (button.matches(".voice")) hear(button);
    else if (button.matches(".copy")) copy(button);
  });
  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
  };

  // Keys.
  const help = by("help");
  by("help-button").addEventListener("click", () => help.showModal());
  const chosen = () => document.activeElement?.closest(".card");
  const move = (step) => {
    const seen = cards.filter((card) => !card.hidden);
    if (!seen.length) return;
    const at = seen.indexOf(chosen());
    const next = at < 0 ? (step > 0 ? 0 : seen.length - 1) : Math.min(seen.length - 1, Math.max(0, at + step));
    seen[next].focus({ preventScroll: true });
    seen[next].scrollIntoView({ block: "start" });
  };
  const typing = (target) => target.matches("input, textarea, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (typing(target)) {
      if (key !== "Escape") return;
      if (search.value) { search.value = ""; sift(); } else search.blur();
      event.preventDefault();
      return;
    }
    const onCard = target.matches(".card");
    const deeds = {
      j: () => move(1),
      k: () => move(-1),
      f: toggleFilm,
      "/": () => { search.focus(); search.select(); },
      "?": () => help.showModal(),
    };
    if (onCard) Object.assign(deeds, { ArrowDown: () => move(1), ArrowUp: () => move(-1), " ": () => toggle(target) });
    else if (key === " " && (target === by("film") || target === document.body) && place >= 0) deeds[" "] = toggleFilm;
    const deed = Object.hasOwn(deeds, key) ? deeds[key] : null;
    if (!deed) return;
    event.preventDefault();
    deed();
  });
})();

"""What the rules ask of the library: each function is one call."""


def all_films(wildcards):
    return RUN.films.finals()


def all_submissions(wildcards):
    return RUN.asks.all_submissions()


def film_submissions(wildcards):
    return RUN.asks.film_submissions(wildcards.project)


def submission_inputs(wildcards):
    return RUN.asks.submission_inputs(wildcards.project, wildcards.clip)


def storyboard_inputs(wildcards):
    return RUN.asks.storyboard_inputs(wildcards.project)


def film_pictures(wildcards):
    return RUN.asks.film_inputs(wildcards.project, wildcards.cut)["pictures"]


def film_sound(wildcards):
    return RUN.asks.film_inputs(wildcards.project, wildcards.cut)["sound"]


def film_joins(wildcards):
    return RUN.asks.film_inputs(wildcards.project, wildcards.cut)["joins"]


def sound_inputs(wildcards):
    return RUN.asks.sound_inputs(wildcards.project, wildcards.cut)


def join_inputs(wildcards):
    return RUN.asks.join_inputs(wildcards.project, wildcards.cut, wildcards.clip)


def reframe_inputs(wildcards):
    return RUN.asks.reframe_inputs(wildcards.project, wildcards.shape)


def thumbnail_inputs(wildcards):
    return RUN.asks.thumbnail_inputs(wildcards.project)


def review_inputs(wildcards):
    return RUN.asks.view_inputs(wildcards.project, "page")


def sheet_inputs(wildcards):
    return RUN.asks.view_inputs(wildcards.project, "sheet")


def publish_inputs(wildcards):
    return RUN.asks.publish_inputs(wildcards.project)


def plot_inputs(wildcards):
    return RUN.asks.plot_inputs(
        wildcards.project, f"{wildcards.plot}.{wildcards.format}"
    )


def conform_inputs(wildcards):
    return RUN.asks.conform_inputs(wildcards.project, wildcards.cut, wildcards.clip)


def clip_inputs(wildcards):
    return RUN.asks.clip_inputs(wildcards.project, "final", wildcards.clip)


def clip_priority(wildcards):
    return RUN.asks.clip_priority(wildcards.project, wildcards.clip)


def part_priority(wildcards):
    return RUN.asks.part_priority(wildcards.project, wildcards.clip)


def composite_priority(wildcards):
    return 20 + RUN.asks.part_priority(wildcards.project, wildcards.clip)


def picture_priority(wildcards):
    return 30 + RUN.asks.picture_priority(wildcards.project)


def clip_threads(wildcards):
    return RUN.asks.clip_threads(wildcards.project, wildcards.clip)


def kling_units(wildcards):
    return RUN.asks.clip_units(wildcards.project, wildcards.clip, "kling")


def veo_units(wildcards):
    return RUN.asks.clip_units(wildcards.project, wildcards.clip, "veo")


def omni_units(wildcards):
    return RUN.asks.clip_units(wildcards.project, wildcards.clip, "omni")


def narration_inputs(wildcards):
    return RUN.asks.narration_inputs(
        wildcards.project, wildcards.folder, wildcards.clip
    )


def effect_inputs(wildcards):
    return RUN.asks.effect_inputs(wildcards.project, wildcards.clip)


def narration_threads(wildcards):
    return RUN.asks.narration_threads(wildcards.project, wildcards.folder)


def narration_units(wildcards):
    return RUN.asks.narration_units(wildcards.project, wildcards.folder)


def draft_inputs(wildcards):
    return RUN.asks.clip_inputs(wildcards.project, "draft", wildcards.clip)


def composite_inputs(wildcards):
    return RUN.asks.composite_inputs(
        wildcards.project, wildcards.folder, f"clip_{wildcards.clip}{wildcards.split}"
    )


def picture_inputs(wildcards):
    return RUN.asks.picture_inputs(wildcards)


def picture_threads(wildcards):
    return RUN.asks.picture_threads(wildcards)


def picture_units(wildcards):
    return int(RUN.asks.picture_asks(wildcards))


def waiting_threads(wildcards):
    return RUN.asks.waiting_threads()


def clip_licence(wildcards):
    return RUN.asks.clip_licence(wildcards.project, wildcards.clip)


def voice_licence(wildcards):
    return RUN.asks.voice_licence(wildcards.project, wildcards.folder)


def effect_licence(wildcards):
    return RUN.asks.licence("elevenlabs")


def picture_licence(wildcards):
    return RUN.asks.picture_licence(wildcards)


def board_licence(wildcards):
    return RUN.asks.licence("gemini")


def unknown_target(wildcards):
    return RUN.refuse(f"{wildcards.target}.mp4")


engine.describe(
    film_submissions,
    submission_inputs,
    storyboard_inputs,
    film_pictures,
    film_sound,
    film_joins,
    sound_inputs,
    join_inputs,
    reframe_inputs,
    thumbnail_inputs,
    review_inputs,
    sheet_inputs,
    plot_inputs,
    publish_inputs,
    conform_inputs,
    clip_inputs,
    clip_priority,
    part_priority,
    composite_priority,
    picture_priority,
    narration_inputs,
    effect_inputs,
    draft_inputs,
    composite_inputs,
    picture_inputs,
)

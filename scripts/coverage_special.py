"""Inputs of single model types that the general rules do not serve.

Used by `coverage_cases.py`. A type stands here only if no rule by names serves it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch

from coverage_configs import AHEAD, CONTEXT

Inputs = dict[str, Any]

_LAGS = 7


def special_inputs(name: str, model: Any) -> Inputs | None:
    """Inputs of a type that has its own; None for all others."""
    make = _INPUTS.get(name)
    return make(model) if make is not None else None


def _normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def _picture(config: Any) -> torch.Tensor:
    size = config.image_size
    height, width = size if isinstance(size, (list, tuple)) else (size, size)
    return _normal(1, 3, height, width)


def _series(_: Any) -> Inputs:
    past = CONTEXT + _LAGS
    return {
        "past_values": _normal(1, past).abs(),
        "past_time_features": _normal(1, past, 1),
        "past_observed_mask": torch.ones(1, past),
        "future_values": _normal(1, AHEAD).abs(),
        "future_time_features": _normal(1, AHEAD, 1),
    }


def _seggpt(model: Any) -> Inputs:
    picture = _picture(model.config)[..., : model.config.image_size[0] // 2, :]
    return dict.fromkeys(("pixel_values", "prompt_pixel_values", "prompt_masks"), picture)


def _timesfm(model: Any) -> Inputs:
    length = model.config.patch_length * 4
    return {
        "past_values": _normal(1, length),
        "past_values_padding": torch.zeros(1, length, dtype=torch.long),
        "freq": torch.zeros(1, 1, dtype=torch.long),
    }


def _qformer(model: Any) -> Inputs:
    config = model.config
    return {
        "query_embeds": _normal(1, 6, config.hidden_size),
        "encoder_hidden_states": _normal(1, 5, config.encoder_hidden_size),
    }


def _xmod(model: Any) -> Inputs:
    model.set_default_language(model.config.languages[0])
    return {"input_ids": torch.arange(5, 12)[None]}


def _speecht5(model: Any) -> Inputs:
    width = model.config.hidden_size
    return {"input_values": _normal(1, 9, width), "decoder_input_values": _normal(1, 5, width)}


def _kosmos(model: Any) -> Inputs:
    count = model.config.latent_query_num
    marks = torch.zeros(1, count + 6, dtype=torch.long)
    marks[0, 2 : 2 + count] = 1
    return {
        "pixel_values": _picture(model.config.vision_config),
        "input_ids": torch.arange(5, 11 + count)[None] % 90,
        "image_embeds_position_mask": marks,
    }


def _with_placeholders(model: Any) -> Inputs:
    """As many places for the picture in the text as there are queries."""
    config = model.config
    token = getattr(config, "image_token_index", None) or getattr(config, "image_token_id", 0)
    ids = torch.tensor([[token] * config.num_query_tokens + [5, 6, 7]])
    given = {"pixel_values": _picture(config.vision_config), "input_ids": ids}
    if "qformer_input_ids" in inspect.signature(model.forward).parameters:
        given["qformer_input_ids"] = torch.arange(5, 11)[None]
    return given


def _clip_of_frames(model: Any) -> Inputs:
    frames = model.config.vision_config.num_frames
    picture = _picture(model.config.vision_config)
    return {
        "pixel_values": picture[:, None].repeat(1, frames, 1, 1, 1),
        "input_ids": torch.arange(5, 12)[None],
    }


def _gemma3n_audio(model: Any) -> Inputs:
    return {
        "audio_mel": _normal(1, 64, model.config.input_feat_size),
        "audio_mel_mask": torch.zeros(1, 64, dtype=torch.bool),
    }


def _gemma4_vision(model: Any) -> Inputs:
    rows, columns = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
    places = torch.stack([columns.flatten(), rows.flatten()], -1)[None]
    return {
        "pixel_values": _normal(1, 36, 3 * model.config.patch_size**2),
        "pixel_position_ids": places,
    }


def _patches_with_merge(model: Any) -> Inputs:
    return {
        "pixel_values": _normal(16, 3 * model.config.patch_size**2),
        "grid_thw": torch.tensor([[1, 4, 4]]),
        "merge_sizes": torch.tensor([1]),
    }


def _qwen3_asr(model: Any) -> Inputs:
    bins = model.config.num_mel_bins
    mask = torch.ones(1, 200, dtype=torch.long)
    return {"input_features": _normal(1, bins, 200), "input_features_mask": mask}


def _patch_rows(model: Any) -> Inputs:
    config = model.config
    width = 3 * config.patch_size**2 * 2  # two frames a patch
    return {"pixel_values": _normal(16, width), "grid_thw": torch.tensor([[1, 4, 4]])}


def _filmed(_: Any) -> Inputs:
    return {"pixel_values_videos": _normal(1, 2, 3, 384, 384)}


def _filmed_and_told(_: Any) -> Inputs:
    return {**_filmed(_), "input_ids": torch.arange(5, 12)[None]}


def _mono(_: Any) -> Inputs:
    return {"input_values": _normal(1, 1, 9600)}


def _one_row_for_each_codebook(model: Any) -> Inputs:
    return {"input_ids": torch.arange(44).reshape(model.config.num_codebooks, -1)}


def _one_column_for_each_codebook(model: Any) -> Inputs:
    columns = model.config.num_codebooks + 1  # the first is for the text
    return {"input_ids": (torch.arange(7 * columns) % 40).reshape(1, 7, columns)}


def _noise_with_context(model: Any) -> Inputs:
    width, layers = model.config.hidden_size, len(model.config.target_layer_ids)
    return {
        "noise_embeds": _normal(1, 4, width),
        "context_hidden_states": _normal(1, 7, width * layers),
    }


def _heard_while_written(model: Any) -> Inputs:
    """As many frames as the tokens last."""
    frames = 11 * model.config.audio_length_per_tok
    bins = model.config.audio_config.num_mel_bins
    return {"input_ids": torch.arange(3, 14)[None], "input_features": _normal(1, bins, frames)}


def _text_at_a_time(model: Any) -> Inputs:
    width = model.config.hidden_size
    return {"input_ids": torch.arange(3, 14)[None], "t_cond": _normal(1, 1, width)}


def _without_cache(_: Any) -> Inputs:
    return {"input_ids": torch.arange(3, 14)[None], "use_cache": False}


def _sound_and_spectrum(model: Any) -> Inputs:
    """As many frames as the sound makes codes."""
    config = model.config
    step = getattr(config, "encoder_hop_length", None) or config.hop_length
    bins = config.semantic_model_config.feature_projection_input_dim
    return {"input_values": _normal(1, 1, 10 * step), "input_features": _normal(1, 10, bins)}


def _spoken(model: Any) -> Inputs:
    bins = model.config.decoder_config.feature_size
    return {"input_ids": torch.arange(3, 14)[None], "input_features": _normal(1, bins, 20)}


def _one_prompt_for_two_classes(model: Any) -> Inputs:
    classes, task = torch.arange(3, 13).reshape(2, 5), torch.arange(20, 26)[None]
    return {
        "pixel_values": _picture(model.config),
        "classes_input_ids": classes,
        "classes_attention_mask": torch.ones_like(classes),
        "tasks_input_ids": task,
        "tasks_attention_mask": torch.ones_like(task),
        "classes_structure": torch.tensor([2]),
    }


def _filmed_in_frames(model: Any) -> Inputs:
    size = model.config.max_img_size
    ids = torch.arange(3, 14)[None]
    picture = _normal(1, model.config.num_frames, 3, size, size)
    return {"input_ids": ids, "pixel_values": picture, "attention_mask": torch.ones_like(ids)}


def _actions_after_a_picture(model: Any) -> Inputs:
    vision = model.config.vlm_config.vision_config
    places = (vision.image_size // vision.patch_size) ** 2
    token = model.config.vlm_config.image_token_id
    ids = torch.tensor([[token] * places + [3, 4, 5]])
    return {
        "action_embeds": _normal(1, 5, model.config.dit_config.hidden_size),
        "input_ids": ids,
        "pixel_values": _picture(vision)[:, None],
        "pixel_attention_mask": torch.ones(1, 1, dtype=torch.bool),
        "attention_mask": torch.ones_like(ids),
    }


def _latent_picture(model: Any) -> Inputs:
    return {"hidden_states": _normal(1, model.config.latent_channels, 4, 4)}


def _session(model: Any) -> Any:
    """A session of the model's own kind, with two frames."""
    module = inspect.getmodule(type(model))
    kind = next(own for name, own in vars(module).items() if name.endswith("InferenceSession"))
    size = model.config.image_size
    video = _normal(2, 3, size, size)
    return kind(video=video, video_height=size, video_width=size, dtype=video.dtype)


def _second_frame(model: Any, session: Any) -> Inputs:
    """The frame after the first one, whose memory is used."""
    with torch.no_grad():
        model(inference_session=session, frame_idx=0)
    return {"inference_session": session, "frame_idx": 1}


def _clicked(model: Any) -> Inputs:
    session = _session(model)
    click = {
        "point_coords": torch.tensor([[[[10.0, 12.0]]]]),
        "point_labels": torch.ones(1, 1, 1, dtype=torch.int32),
    }
    session.add_point_inputs(session.obj_id_to_idx(1), 0, click)
    session.obj_with_new_inputs = [1]
    return _second_frame(model, session)


def _asked_for(model: Any) -> Inputs:
    session = _session(model)
    ids = torch.arange(3, 9)[None]
    prompt = session.add_prompt("what to look for")
    session.prompt_input_ids[prompt] = ids
    session.prompt_attention_masks[prompt] = torch.ones_like(ids)
    return _second_frame(model, session)


def _heard_and_seen(_: Any) -> Inputs:
    return {
        "input_values": _normal(1, 1, 9600),
        "pixel_values_videos": _normal(1, 2, 3, 32, 32),
    }


def _heard_and_seen_and_told(_: Any) -> Inputs:
    return {**_heard_and_seen(_), "input_ids": torch.arange(5, 12)[None]}


def _to_be_spoken(model: Any) -> Inputs:
    from transformers.models.bark.generation_configuration_bark import BarkGenerationConfig

    making = BarkGenerationConfig()
    for part in ("semantic_config", "coarse_acoustics_config", "fine_acoustics_config"):
        setattr(making, part, getattr(making, part).to_dict())  # as checkpoints bring them
    model.model.generation_config = making
    return {"input_ids": torch.arange(256)[None], "semantic_max_new_tokens": 4}


_INPUTS: dict[str, Callable[[Any], Inputs]] = {
    "autoformer": _series,
    "informer": _series,
    "time_series_transformer": _series,
    "seggpt": _seggpt,
    "timesfm": _timesfm,
    "blip_2_qformer": _qformer,
    "xmod": _xmod,
    "speecht5": _speecht5,
    "kosmos-2": _kosmos,
    "blip-2": _with_placeholders,
    "instructblip": _with_placeholders,
    "xclip": _clip_of_frames,
    "gemma3n_audio": _gemma3n_audio,
    "gemma4_vision": _gemma4_vision,
    "video_llama_3_vision": _patches_with_merge,
    "qwen3_asr_encoder": _qwen3_asr,
    "pe_video": _filmed_and_told,
    "pe_video_encoder": _filmed,
    "xcodec": _mono,
    "musicgen": _one_row_for_each_codebook,
    "musicgen_melody": _one_row_for_each_codebook,
    "kyutai_speech_to_text": _one_column_for_each_codebook,
    "muse_glimmer_assistant": _noise_with_context,
    "voxtral_realtime": _heard_while_written,
    "voxtral_realtime_text": _text_at_a_time,
    "blt": _without_cache,
    "xcodec2": _sound_and_spectrum,
    "neucodec": _sound_and_spectrum,
    "clvp": _spoken,
    "omdet-turbo": _one_prompt_for_two_classes,
    "tvp": _filmed_in_frames,
    "pi0": _actions_after_a_picture,
    "glm_image_vqmodel": _latent_picture,
    "sam2_video": _clicked,
    "edgetam_video": _clicked,
    "sam3_tracker_video": _clicked,
    "sam3_video": _asked_for,
    "pe_audio_video": _heard_and_seen_and_told,
    "pe_audio_video_encoder": _heard_and_seen,
    "bark": _to_be_spoken,
    "muse_glimmer_vision": _patch_rows,
    "muse_spark_vision": _patch_rows,
}

"""What single model types need before the general rules make their configuration small.

Used by `coverage_cases.py`. A type stands here only if no rule by names serves it.
"""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

AHEAD = 4
CONTEXT = 8

_SERIES = {"prediction_length": AHEAD, "context_length": CONTEXT, "num_time_features": 1}
_PLACEHOLDER = {"image_token_index": 100}
_EFFICIENT = {"depth_coefficient": 0.3, "image_size": 64}
_PERCEPTION = {"architecture": "vit_pe_core_tiny_patch16_384"}
_SMALL_PERCEPTION = {
    **_PERCEPTION,
    "num_classes": 32,
    "model_args": {"img_size": [32, 32], "embed_dim": 32, "depth": 1, "num_heads": 2},
}
_INDEXER = {
    "indexer_n_heads": 2,
    "indexer_kv_heads": 1,
    "indexer_head_dim": 256,
    "indexer_budget": 8,
    "indexer_compress_ratio": 4,
}
_PLAIN_ROTARY = {"full_attention": {"rope_type": "default", "rope_theta": 10000.0}}
_THREE_ROTARY = {
    "rope_type": "default",
    "rope_theta": 500000.0,
    "mrope_section": [22, 22, 20],
}
ARGUMENTS: dict[str, Fields] = {
    "align": {"vision_config": _EFFICIENT},
    "efficientnet": _EFFICIENT,
    "pe_video": {"video_config": {"vision_config": _PERCEPTION}},
    "pe_video_encoder": {"vision_config": _PERCEPTION},
    "pe_audio_video": {
        "audio_video_config": {"video_config": {"vision_config": _SMALL_PERCEPTION}}
    },
    "pe_audio_video_encoder": {"video_config": {"vision_config": _SMALL_PERCEPTION}},
    "timm_backbone": {"backbone": "resnet18"},
    "gemma3n": {"vision_config": {"architecture": "mobilenetv5_base"}},
    "gemma3n_vision": {"architecture": "mobilenetv5_base"},
    "autoformer": {**_SERIES, "label_length": 4},
    "blip-2": _PLACEHOLDER,
    "instructblip": _PLACEHOLDER,
    "instructblipvideo": {"video_token_index": 100},
    "informer": _SERIES,
    "time_series_transformer": _SERIES,
    "chameleon": {"vocabulary_map": {"<image>": 100}},
    "emu3": {"vocabulary_map": {"<image>": 100}},
    "lfm2_moe": {"num_hidden_layers": 2, "layer_types": ["conv", "full_attention"]},
    "cohere_compass": {"text_config": {"rope_parameters": _PLAIN_ROTARY}},
    "cohere_compass_text": {"rope_parameters": _PLAIN_ROTARY},
    "qwen4_exp": {"text_config": _INDEXER},
    "qwen4_exp_text": _INDEXER,
    "moonshine_streaming": {"num_key_value_heads": 8},
    "muse_glimmer_assistant": {"target_layer_ids": [0]},
    "ernie4_5_vl_moe": {"text_config": {"rope_parameters": _THREE_ROTARY}},
    "step3p7": {"text_config": {"sliding_window": 8}},
    "lw_detr": {"projector_scale_factors": [1.0]},
    "deepseek_ocr2": {"text_config": {"mlp_layer_types": ["dense", *["sparse"] * 31]}},
    "xcodec2": {"encoder_hidden_size": 8},
    "neucodec": {"encoder_hidden_size": 8},
    "tvp": {"max_img_size": 64, "visual_prompt_size": 8, "num_frames": 2},
    "uvdoc": {
        "backbone_config": {"model_type": "uvdoc_backbone", "out_indices": [1, 2, 3, 4, 5, 6]}
    },
    "granite4_vision": {"deepstack_layer_map": [[-1, 0]], "downsample_rate": "1/2"},
}

CLASSES = {
    "evolla": "evolla.modeling_evolla.EvollaModel",
    "musicgen": "musicgen.modeling_musicgen.MusicgenModel",
    "musicgen_melody": "musicgen_melody.modeling_musicgen_melody.MusicgenMelodyModel",
    "voxtral_realtime_text": "voxtral_realtime.modeling_voxtral_realtime.VoxtralRealtimeTextModel",
}
"""Classes that the mapping names and `AutoModel` does not make of the type's configuration."""

METHODS = {"bark": "generate", "glm_image_vqmodel": "encode"}
"""What is called of the types that have no forward."""


def finished(name: str, config: Any) -> Any:
    """The configuration with what the type leaves to its checkpoints."""
    if name == "dbrx":
        config.attn_config.rope_theta = 10000.0
        config.attn_config.clip_qkv = 8.0
    if name == "falcon_h1":
        config.mamba_n_heads = config.mamba_d_ssm // config.mamba_d_head
    if name == "funnel":
        config.architectures = ["FunnelModel"]  # one of two that the type names
    if name == "t5gemma2_encoder":
        config.text_config.dropout_rate = 0.0  # the whole model's configuration brings it
    if name in ("xcodec2", "neucodec"):
        config.quantization_dim = config.hidden_size + config.semantic_model_config.hidden_size
    if name in ("musicgen", "musicgen_melody"):
        return config.decoder  # all that the named class is made of
    return config

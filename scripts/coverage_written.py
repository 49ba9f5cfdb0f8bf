"""Small configurations that are written out, for types whose sizes depend on each other.

They are used as they are. Used by `coverage_cases.py`.
"""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

_FEATURES = [[16, 16], [8, 8], [4, 4]]
_WIDTH = 128  # the memory has 64 channels in every case, and fewer than the picture
_PYRAMID: Fields = {"fpn_hidden_size": _WIDTH, "backbone_feature_sizes": _FEATURES}
_HIERA: Fields = {
    "model_type": "sam2_hiera_det_model", "hidden_size": 8, "image_size": [64, 64],
    "embed_dim_per_stage": [8, 16, 32, 64], "num_attention_heads_per_stage": [1, 1, 2, 2],
    "blocks_per_stage": [1, 1, 2, 1], "window_size_per_stage": [4, 2, 2, 2],
    "global_attention_blocks": [3], "window_positional_embedding_background_size": [4, 4],
}  # fmt: skip
_SAM2_VISION: Fields = {
    "backbone_config": _HIERA,
    "backbone_channel_list": [64, 32, 16, 8],
    **_PYRAMID,
}
_REPVIT: Fields = {
    "model_type": "timm_wrapper",
    "architecture": "repvit_m1",
    "num_classes": 2,
    "model_args": {
        "in_chans": 3, "features_only": True, "out_indices": [0, 1, 2, 3],
        "embed_dim": [8, 16, 32, 64], "depth": [1, 1, 1, 1],
    },
}  # fmt: skip
_EDGE_VISION: Fields = {
    "model_type": "edgetam_vision_model",
    "backbone_config": _REPVIT,
    "backbone_channel_list": [64, 32, 16, 8],
    **_PYRAMID,
}
_PROMPTS: Fields = {
    "hidden_size": _WIDTH, "image_size": 64, "patch_size": 16, "mask_input_channels": 4,
}  # fmt: skip
_MASKS: Fields = {
    "hidden_size": _WIDTH, "mlp_dim": 32, "num_attention_heads": 4, "iou_head_hidden_dim": 32,
}  # fmt: skip
_SAM: Fields = {"prompt_encoder_config": _PROMPTS, "mask_decoder_config": _MASKS}
_MEMORY: Fields = {
    "image_size": 64, "num_maskmem": 2, "memory_attention_hidden_size": _WIDTH,
    "memory_attention_num_layers": 1, "memory_attention_rope_feat_sizes": [4, 4],
    "memory_encoder_hidden_size": _WIDTH, "memory_encoder_output_channels": 64,
    "mask_downsampler_embed_dim": _WIDTH, "memory_fuser_num_layers": 1,
    "memory_fuser_embed_dim": _WIDTH, "memory_fuser_intermediate_dim": 32,
}  # fmt: skip
_FORWARD: Fields = {"memory_attention_feed_forward_hidden_size": 32}
_RESAMPLER: Fields = {
    "memory_attention_mlp_hidden_size": 32, "memory_attention_rope_k_sizes": [2, 2],
    "perceiver_resampler_num_latents": 4, "perceiver_resampler_num_latents_2d": 4,
    "perceiver_resampler_hidden_size": 64, "perceiver_resampler_mlp_intermediate_size": 32,
    "perceiver_resampler_attention_head_dim": 64, "perceiver_resampler_num_layers": 1,
}  # fmt: skip
_SWIN: Fields = {
    "model_type": "swin", "embed_dim": 16, "depths": [1, 1, 1, 1], "num_heads": [1, 1, 2, 2],
    "window_size": 2, "image_size": 64,
}  # fmt: skip
_DINO: Fields = {
    "model_type": "dinov2", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "patch_size": 2, "image_size": 8, "use_mask_token": False,
}  # fmt: skip
_TEXT: Fields = {
    "vocab_size": 128, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8,
    "max_position_embeddings": 64,
}  # fmt: skip
_SAM3_VISION: Fields = {
    "model_type": "sam3_vision_model", **_PYRAMID,
    "backbone_config": {
        "model_type": "sam3_vit_model", "hidden_size": 32, "intermediate_size": 32,
        "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 64, "patch_size": 16,
        "window_size": 2, "global_attn_indexes": [1], "pretrain_image_size": 64,
    },
}  # fmt: skip
_SAM3_TRACKER: Fields = {
    "vision_config": _SAM3_VISION, **_SAM, **_MEMORY, **_FORWARD,
}  # fmt: skip
_SAM3_LAYERS: Fields = {
    "hidden_size": _WIDTH, "num_layers": 1, "num_attention_heads": 2, "intermediate_size": 32,
}  # fmt: skip
_SAM3_DETECTOR: Fields = {
    "vision_config": _SAM3_VISION,
    "text_config": {
        "model_type": "clip_text_model", "vocab_size": 128, "hidden_size": 32,
        "intermediate_size": 32, "projection_dim": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "max_position_embeddings": 16,
    },
    "geometry_encoder_config": _SAM3_LAYERS, "detr_encoder_config": _SAM3_LAYERS,
    "detr_decoder_config": {**_SAM3_LAYERS, "num_queries": 3},
    "mask_decoder_config": {"hidden_size": _WIDTH, "num_attention_heads": 2},
}  # fmt: skip
_LCNET: Fields = {
    "model_type": "pp_lcnet_v4", "stem_channels": [3, 8, 16],
    "block_configs": [
        [[3, 16, 16, 1, True]], [[3, 16, 16, 2, False]], [[3, 16, 32, 2, False]],
        [[3, 32, 64, 2, False]],
    ],
    "out_features": ["stage1", "stage2", "stage3", "stage4"],
}  # fmt: skip
_CLVP_ENCODER: Fields = {
    "vocab_size": 128, "hidden_size": 64, "intermediate_size": 64, "projection_dim": 64,
    "num_hidden_layers": 1, "num_attention_heads": 2, "bos_token_id": 101, "eos_token_id": 0,
}  # fmt: skip
_BARK_PART: Fields = {"hidden_size": 32, "num_layers": 1, "num_heads": 2, "block_size": 1024}


def _strips() -> Fields:
    """Kernel, stride and padding of the convolutions along and across a line of text."""
    sizes = {"long": 7, "mid": 5, "short": 3}
    found: Fields = {"reduce_channel": [1, 1, 0], "return_channel": [1, 1, 0]}
    for name, size in sizes.items():
        half = size // 2
        found[f"vertical_long_to_small_conv_{name}ratio"] = [[size, 1], 1, [half, 0]]
        found[f"horizontal_small_to_long_conv_{name}ratio"] = [[1, size], 1, [0, half]]
        found[f"symmetric_conv_long_{name}ratio"] = [size, 1, half]
    return found


WRITTEN: dict[str, Fields] = {
    "zamba": {
        "vocab_size": 128, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 4,
        "num_attention_heads": 4, "num_key_value_heads": 4, "use_mamba_kernels": False,
        "layers_block_type": ["linear_attention", "hybrid"] * 2,  # a later one shares its weights
    },
    "sam2": {"vision_config": _SAM2_VISION, **_SAM},
    "sam2_video": {"vision_config": _SAM2_VISION, **_SAM, **_MEMORY, **_FORWARD},
    "edgetam": {"vision_config": _EDGE_VISION, **_SAM},
    "edgetam_video": {"vision_config": _EDGE_VISION, **_SAM, **_MEMORY, **_RESAMPLER},
    "edgetam_vision_model": {n: v for n, v in _EDGE_VISION.items() if n != "model_type"},
    "sam3_tracker_video": _SAM3_TRACKER,
    "sam3_video": {
        "detector_config": {"model_type": "sam3", **_SAM3_DETECTOR},
        "tracker_config": {"model_type": "sam3_tracker_video", **_SAM3_TRACKER},
        "low_res_mask_size": 16, "score_threshold_detection": 0.0, "new_det_thresh": 0.0,
    },
    "pp_ocrv6_small_det": {
        "backbone_config": _LCNET, "neck_out_channels": 16,
        "layer_list_out_channels": [16, 16, 32, 64],
    },
    "pp_ocrv6_medium_det": {
        "backbone_config": _LCNET, "neck_out_channels": 64, "intraclass_block_config": _strips(),
        "scale_factor_list": [1, 2, 4, 8], "kernel_list": [3, 2, 2],
    },
    "clvp": {
        "text_config": _CLVP_ENCODER, "speech_config": _CLVP_ENCODER, "projection_dim": 64,
        "decoder_config": {
            "vocab_size": 128, "hidden_size": 32, "num_hidden_layers": 1, "feature_size": 16,
            "num_attention_heads": 2, "num_mel_attn_blocks": 1, "max_position_embeddings": 64,
            "max_text_tokens": 64, "bos_token_id": 101, "eos_token_id": 102,
            "decoder_fixing_codes": [83, 45, 45, 24],
        },
    },
    "bark": {
        "semantic_config": {
            **_BARK_PART, "input_vocab_size": 129600, "output_vocab_size": 10048,
        },
        "coarse_acoustics_config": {
            **_BARK_PART, "input_vocab_size": 12096, "output_vocab_size": 12096,
        },
        "fine_acoustics_config": {
            **_BARK_PART, "input_vocab_size": 1056, "output_vocab_size": 1056,
        },
        "codec_config": {
            "model_type": "encodec", "num_filters": 2, "hidden_size": 16, "codebook_dim": 16,
            "num_lstm_layers": 1, "upsampling_ratios": [8, 5, 4, 2], "target_bandwidths": [6.0],
        },
    },
    "depth_pro": {
        "fusion_hidden_size": 16, "patch_size": 8, "patches_overlap_ratio": [0.5, 0.25],
        "scaled_images_ratios": [0.5, 1.0], "scaled_images_overlap_ratios": [0.0, 0.2],
        "scaled_images_feature_dims": [8, 16], "intermediate_hook_ids": [0, 0],
        "intermediate_feature_dims": [8, 8], "num_fov_head_layers": 0,
        "image_model_config": _DINO, "patch_model_config": _DINO, "fov_model_config": _DINO,
    },
    "omdet-turbo": {
        "backbone_config": {**_SWIN, "out_indices": [2, 3, 4]},
        "text_config": {
            "model_type": "clip_text_model", "vocab_size": 128, "hidden_size": 64,
            "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "projection_dim": 64, "max_position_embeddings": 16,
        },
        "image_size": 64, "num_queries": 6, "text_projection_in_dim": 64,
        "text_projection_out_dim": 64, "task_encoder_hidden_dim": 32, "class_embed_dim": 64,
        "encoder_hidden_dim": 32, "vision_features_channels": [32, 32, 32],
        "encoder_in_channels": [32, 64, 128], "encoder_attention_heads": 2,
        "encoder_dim_feedforward": 32, "decoder_hidden_dim": 32, "decoder_num_heads": 2,
        "decoder_num_layers": 2, "decoder_dim_feedforward": 32, "disable_custom_kernels": True,
        "apply_layernorm_after_vision_backbone": False,
    },
    "perception_lm": {
        "vision_config": {
            "model_type": "timm_wrapper", "architecture": "vit_pe_core_tiny_patch16_384",
            "model_args": {
                "embed_dim": 32, "depth": 2, "num_heads": 4, "img_size": [64, 64],
                "global_pool": "",
            },
        },
        "text_config": {"model_type": "llama", **_TEXT},
        "image_token_id": 100, "video_token_id": 101,
    },
}  # fmt: skip

"""Small configurations that are written out, for types whose sizes depend on each other.

They are used as they are. Used by `coverage_cases.py`.
"""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

_FEATURES = [[16, 16], [8, 8], [4, 4]]
_PYRAMID: Fields = {"fpn_hidden_size": 32, "backbone_feature_sizes": _FEATURES}
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
    "model_args": {
        "in_chans": 3, "features_only": True, "out_indices": [0, 1, 2, 3],
        "embed_dim": [8, 16, 32, 64], "depth": [1, 1, 1, 1],
    },
}  # fmt: skip
_EDGE_VISION: Fields = {
    "backbone_config": _REPVIT,
    "backbone_channel_list": [64, 32, 16, 8],
    **_PYRAMID,
}
_PROMPTS: Fields = {"hidden_size": 32, "image_size": 64, "mask_input_channels": 4}
_MASKS: Fields = {
    "hidden_size": 32, "mlp_dim": 32, "num_attention_heads": 4, "iou_head_hidden_dim": 32,
}  # fmt: skip
_SAM: Fields = {"prompt_encoder_config": _PROMPTS, "mask_decoder_config": _MASKS}
_MEMORY: Fields = {
    "image_size": 64, "num_maskmem": 2, "memory_attention_hidden_size": 32,
    "memory_attention_num_layers": 1, "memory_attention_rope_feat_sizes": [4, 4],
    "memory_encoder_hidden_size": 32, "memory_encoder_output_channels": 16,
    "mask_downsampler_embed_dim": 32, "memory_fuser_num_layers": 1, "memory_fuser_embed_dim": 32,
    "memory_fuser_intermediate_dim": 32,
}  # fmt: skip
_FORWARD: Fields = {"memory_attention_feed_forward_hidden_size": 32}
_RESAMPLER: Fields = {
    "memory_attention_mlp_hidden_size": 32, "memory_attention_rope_k_sizes": [2, 2],
    "perceiver_resampler_num_latents": 4, "perceiver_resampler_num_latents_2d": 4,
    "perceiver_resampler_hidden_size": 16, "perceiver_resampler_mlp_intermediate_size": 32,
    "perceiver_resampler_attention_head_dim": 16, "perceiver_resampler_num_layers": 1,
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
    "edgetam_vision_model": _EDGE_VISION,
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
            "model_type": "clip_text_model", "vocab_size": 128, "hidden_size": 32,
            "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "projection_dim": 32, "max_position_embeddings": 16,
        },
        "image_size": 64, "num_queries": 6, "text_projection_in_dim": 32,
        "text_projection_out_dim": 32, "task_encoder_hidden_dim": 32, "class_embed_dim": 32,
        "encoder_hidden_dim": 32, "vision_features_channels": [32, 32, 32],
        "encoder_in_channels": [32, 64, 128], "encoder_attention_heads": 2,
        "encoder_dim_feedforward": 32, "decoder_hidden_dim": 32, "decoder_num_heads": 2,
        "decoder_num_layers": 2, "decoder_dim_feedforward": 32, "disable_custom_kernels": True,
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

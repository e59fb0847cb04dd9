"""Keys of trainers that sound as if they touched the rate, and count or scale something else.

Of the sources that :mod:`lrplot.trainers.known_keys` names.
"""

from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    "trl": "max_tool_calling_iterations teacher_update_rate",
    "axolotl": (
        "fake_quant_after_n_steps gc_collect_steps gc_steps lisa_step_interval num_diffusion_steps "
        "nvfp4_merge_aware_start_step step_separator streaming_partial_batch train_on_last_step_only"
    ),
    "llamafactory": "early_stopping_steps pissa_iter",
    "ms_swift": (
        "accumulate_allreduce_grads_in_fp32 batch_p2p_comm chord_mu_decay_steps chord_mu_warmup_steps "
        "chord_sft_per_device_train_batch_size fipo_decay_rate gradient_accumulation_fusion "
        "lisa_step_interval lmdeploy_vision_batch_size lora_ga_batch_size lora_ga_iters manual_gc_steps "
        "max_batch_size multi_turn_scheduler muon_num_ns_steps nccl_comm_warmup "
        "overlap_param_gather_with_optimizer_step quant_batch_size rlsd_lambda_decay_steps "
        "rlsd_lambda_warmup_steps sequence_packing_scheduler sglang_speculative_num_steps write_batch_size"
    ),
    "torchtune": "active_steps wait_steps warmup_steps forward_batch_size",
    "kohya": (
        "bucket_reso_steps huber_schedule text_encoder_batch_size token_warmup_min token_warmup_step "
        "validate_every_n_epochs validate_every_n_steps infer_steps"
    ),
    "megatron": (
        "accumulate_allreduce_grads_in_fp32 batch_invariant_backend batch_invariant_mode batch_p2p_comm "
        "cuda_graph_warmup_steps ddp_param_name_patterns_for_fp32_local_accumulation "
        "ddp_reduce_scatter_with_fp32_accumulation dino_warmup_teacher_temp dino_warmup_teacher_temp_epochs "
        "error_injection_rate fim_fragment_rate fim_rate fim_spm_rate ft_num_warmup_iters "
        "gradient_accumulation_fusion gtp_remat_reduce_scatter_with_fp32_accumulation indexer_batch_size "
        "inprocess_max_iterations mhc_sinkhorn_iterations moe_router_bias_update_rate "
        "moe_routing_trace_max_training_iters muon_num_ns_steps no_gradient_accumulation_fusion "
        "overlap_p2p_comm_warmup_flush overlap_param_gather_with_optimizer_step"
    ),
    "torchtitan": (
        "early_step_in_backward load_step pipeline_parallel_schedule pipeline_parallel_schedule_csv"
    ),
    "nanotron": (
        "accumulate_grad_in_fp32 iteration_step_info_interval load_lr_scheduler "
        "pad_samples_to_global_batch_size"
    ),
    "olmo": (
        "accumulate_grads_in_fp32 batch_size_unit decay_embeddings decay_norm_and_bias "
        "dump_gradients_end_step dump_gradients_start_step dump_gradients_step_interval "
        "extra_steps_after_cancel grad_accum_in_fp32 max_p2p_overlap_steps merge_last_n_steps merge_step "
        "no_decay_norm_and_bias schedule_plot_dir step_increment_bugfix step_metrics_fname steps_to_skip"
    ),
    "composer": "accumulate_train_batch_on_tokens device_train_batch_size",
    "deepspeed": (
        "steps_per_print accumulate_grads_via_hooks communication_data_type schedule_offset "
        "schedule_offset_end curriculum_learning data_efficiency schedule_type schedule_config "
        "pipeline_schedule freeze_step total_curriculum_step difficulty_step cuda_aware "
        "hysteresis loss_scale_window profile_step"
    ),
}

ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(words.split()) for name, words in _WORDS.items()
}
"""Those keys by the trainers' names."""

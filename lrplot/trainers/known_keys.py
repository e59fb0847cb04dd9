"""The keys of each trainer whose name is about the rate, as its source has them.

Compared with the sources of axolotl 0.19, llamafactory 0.9.5, ms-swift 4.6, torchtune 0.6.1, trl 1.16,
transformers 5.23, sentence-transformers 6.2, ultralytics 8.4.190, litgpt 0.5.13, open_clip 3.3, ai2-olmo
0.6, ai2-olmo-core 3.0, llm-foundry 0.22, levanter 1.1, torchtitan 0.2.2, and of sd-scripts, Megatron-LM and
nanotron of 2026; the rest as the references of the trainers' own files have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_HF: Final = (
    "learning_rate lr_scheduler_type lr_scheduler_kwargs warmup_steps warmup_ratio num_train_epochs "
    "max_steps "
    "per_device_train_batch_size per_gpu_train_batch_size gradient_accumulation_steps split_batches "
    "even_batches "
    "auto_find_batch_size accelerator_config deepspeed group_by_length num_iterations steps_per_generation "
    "generation_batch_size num_ppo_epochs num_mini_batches num_decay_steps num_stable_steps num_cycles "
    "min_lr min_lr_rate min_lr_ratio lr_end warmup_lr_rate decay_type warmup_type embedding_learning_rate "
    "scale_lr local_rollout_forward_batch_size ref_model_sync_steps precompute_ref_batch_size "
    "total_episodes "
    "ppo_epochs rollout_batch_size max_completion_length lr_scheduler_config max_length"
)
"""Keys of ``TrainingArguments`` and of the programs that are built on it."""
_MEGATRON: Final = (
    "lr min_lr lr_decay_style lr_decay_iters lr_decay_samples lr_warmup_fraction lr_warmup_iters "
    "lr_warmup_samples lr_warmup_init lr_wsd_decay_style lr_wsd_decay_iters lr_wsd_decay_samples "
    "train_iters "
    "train_samples train_tokens global_batch_size micro_batch_size rampup_batch_size "
    "step_batch_size_schedule "
    "decrease_batch_size_if_needed override_opt_param_scheduler override_lr_scheduler exit_iterations "
    "skip_iterations iterations_to_skip num_microbatches_with_partial_activation_checkpoints "
    "phase_transition_iterations"
)


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of a trainer whose name is about the rate.

    Parameters
    ----------
    names
        The keys, by blanks between them.
    lax
        The kinds of forms in which it passes over a key that it does not have; in others it refuses it.
    shortened
        Whether its reader knows flags by their beginnings, as argparse does.
    """

    names: str
    lax: str = ""
    shortened: bool = False

    @property
    def own(self) -> frozenset[str]:
        """The keys one by one.

        >>> sorted(Known("lr max_steps").own)
        ['lr', 'max_steps']
        """
        return frozenset(self.names.split())


KNOWN: Final[Mapping[str, Known]] = {
    "transformers": Known(_HF, shortened=True),
    "trl": Known(_HF, shortened=True),
    "unsloth": Known(_HF, shortened=True),
    "llamafactory": Known(_HF, shortened=True),
    "ms_swift": Known(_HF, shortened=True),
    "deepspeed_chat": Known(
        f"{_HF} num_warmup_steps actor_learning_rate critic_learning_rate num_total_iters ppo_epochs"
    ),
    "axolotl": Known(
        f"{_HF} lr_scheduler num_epochs micro_batch_size batch_size cosine_min_lr_ratio "
        "cosine_constant_lr_ratio "
        "lr_quadratic_warmup sample_packing jagged_restart_steps jagged_restart_warmup_steps "
        "jagged_restart_anneal_steps "
        "batch_flattening pct_start anneal_strategy max_lr relora_steps relora_warmup_steps "
        "relora_anneal_steps",
        lax="mapping flags toml",
    ),
    "diffusers": Known(
        "learning_rate lr_scheduler lr_warmup_steps lr_num_cycles lr_power max_train_steps "
        "num_train_epochs "
        "max_train_epochs train_batch_size gradient_accumulation_steps scale_lr text_encoder_lr "
        "num_new_tokens "
        "learning_rate_te1 learning_rate_te2 num_train_timesteps num_class_images"
    ),
    "kohya": Known(
        "learning_rate unet_lr text_encoder_lr lr_scheduler lr_scheduler_type lr_scheduler_args "
        "lr_scheduler_num_cycles lr_scheduler_power lr_scheduler_timescale lr_scheduler_min_lr_ratio "
        "lr_decay_steps lr_warmup lr_warmup_steps max_train_steps max_train_epochs epoch train_batch_size "
        "batch_size gradient_accumulation_steps initial_epoch initial_step skip_until_initial_step "
        "lr_scheduler_type lr_warmup_ratio max_train_epoch stop_text_encoder_training "
        "stop_text_encoder_training_pct",
        lax="mapping toml",
    ),
    "torchtune": Known(
        "lr lr_scheduler num_warmup_steps num_cycles epochs batch_size gradient_accumulation_steps "
        "max_steps_per_epoch num_steps optimizer_in_bwd",
        lax="mapping flags toml",
    ),
    "litgpt": Known(
        "lr epochs max_steps max_tokens lr_warmup_steps lr_warmup_fraction global_batch_size "
        "micro_batch_size min_lr "
        "max_iters initial_validation"
    ),
    "megatron": Known(_MEGATRON),
    "gpt_neox": Known(
        "lr min_lr lr_decay_style lr_decay_iters lr_decay_fraction train_iters train_epochs warmup "
        "train_batch_size train_micro_batch_size_per_gpu gradient_accumulation_steps override_lr_scheduler "
        "scheduler use_checkpoint_lr_scheduler steps_per_print extra_save_iters lr_scheduler iteration"
    ),
    "torchtitan": Known(
        "lr lr_scheduler warmup_steps decay_ratio decay_type min_lr_factor lr_min steps total_steps "
        "batch_size "
        "local_batch_size global_batch_size"
    ),
    "nanotron": Known(
        "learning_rate learning_rate_scheduler lr_warmup_steps lr_warmup_style lr_decay_style "
        "lr_decay_steps "
        "lr_decay_starting_step min_decay_lr train_steps micro_batch_size batch_accumulation_per_replica"
    ),
    "olmo": Known(
        "learning_rate lr scheduler units t_warmup t_max alpha_f warmup_min_lr warmup warmup_steps "
        "warmup_fraction "
        "decay decay_steps decay_fraction decay_min_lr max_duration max_steps stop_at "
        "global_train_batch_size "
        "global_batch_size device_train_microbatch_size epoch grad_clip_warmup_steps "
        "grad_clip_warmup_factor "
        "lr_field initial_lr_field rank_microbatch_size steps"
    ),
    "maxtext": Known(
        "learning_rate steps lr_schedule_type learning_rate_final_fraction "
        "cosine_learning_rate_final_fraction "
        "warmup_steps_fraction learning_rate_schedule_steps wsd_decay_steps_fraction wsd_decay_style "
        "per_device_batch_size gradient_accumulation_steps global_batch_size_to_load steps_per_epoch "
        "num_epoch skip_first_n_steps_for_profiler decoder_block optimizer_memory_host_offload"
    ),
    "levanter": Known(
        "learning_rate warmup decay rewarmup cycles cycle_length min_lr_ratio lr_schedule num_train_steps "
        "train_batch_size per_device_parallelism warmup_ratio stable_ratio cooldown"
    ),
    "nanogpt": Known(
        "learning_rate max_iters warmup_iters lr_decay_iters min_lr decay_lr batch_size "
        "gradient_accumulation_steps",
        lax="mapping toml python",
    ),
    "timm": Known(
        "lr lr_base lr_base_size lr_base_scale sched sched_on_updates warmup_lr warmup_epochs "
        "warmup_prefix min_lr "
        "epochs decay_epochs decay_milestones decay_rate cooldown_epochs patience_epochs lr_noise "
        "lr_noise_pct "
        "lr_noise_std lr_cycle_mul lr_cycle_decay lr_cycle_limit lr_k_decay batch_size grad_accum_steps "
        "epoch_repeats start_epoch layer_decay layer_decay_min_scale decoupled_decay warmup_steps "
        "aug_splits lr_decay_fn lr_stable_timescale",
        lax="mapping",
    ),
    "torchvision": Known(
        "lr epochs lr_scheduler lr_step_size lr_steps lr_gamma lr_warmup_epochs lr_warmup_method "
        "lr_warmup_decay "
        "lr_min batch_size start_epoch lr_power"
    ),
    "ultralytics": Known(
        "lr0 lrf epochs batch cos_lr warmup_epochs warmup_momentum warmup_bias_lr nbs time close_mosaic"
    ),
    "yolov5": Known(
        "lr0 lrf epochs batch_size cos_lr warmup_epochs warmup_momentum warmup_bias_lr", lax="mapping"
    ),
    "open_clip": Known(
        "lr warmup epochs batch_size lr_scheduler epochs_cooldown lr_cooldown_end lr_cooldown_power "
        "skip_scheduler "
        "accum_freq"
    ),
    "mae": Known("lr blr min_lr warmup_epochs epochs batch_size accum_iter layer_decay start_epoch"),
    "fairseq": Known(
        "lr lr_scheduler warmup_updates warmup_init_lr min_lr max_lr max_update max_epoch update_freq "
        "lr_shrink "
        "lr_period_updates end_learning_rate total_num_update init_lr_scale final_lr_scale "
        "phase_ratio decay_steps "
        "hold_steps warmup_steps stop_min_lr lr_patience lr_threshold force_anneal batch_size max_tokens "
        "batch_size_valid decay_until power t_mult lr_deacy_period"
    ),
    "detectron2": Known(
        "base_lr base_lr_end max_iter steps gamma num_decays warmup_factor warmup_iters warmup_method "
        "lr_scheduler_name poly_lr_power poly_lr_constant_ending ims_per_batch rescale_interval "
        "bias_lr_factor "
        "lr lr_multiplier scheduler warmup_length batch_size_per_image milestones lr_factor_func",
        lax="python",
    ),
    "composer": Known(
        "lr scheduler t_warmup t_max t_scale t_cooldown alpha_f max_duration global_train_batch_size "
        "schedulers "
        "device_train_microbatch_size device_eval_batch_size device_train_grad_accum alpha_f_decay "
        "scale_warmup "
        "scale_cooldown alpha_f_cooldown alpha_i"
    ),
    "nemo": Known(
        "lr sched scheduler warmup_steps warmup_ratio constant_steps constant_ratio hold_steps "
        "hold_ratio decay_rate "
        "decay_steps min_lr max_steps max_epochs accumulate_grad_batches limit_train_batches batch_size "
        "global_batch_size micro_batch_size d_model last_epoch num_cycles step_size gamma t_max power "
        "cycle "
        "rampup_batch_size batch_size_per_gpu bucket_batch_size batch_duration iters_per_batch "
        "base_lr max_lr "
        "use_batch_norm max_time val_check_interval step_size_up step_size_down"
    ),
    "dinov2": Known(
        "epochs lr base_lr min_lr warmup_epochs batch_size_per_gpu official_epoch_length scaling_rule "
        "layerwise_decay "
        "freeze_last_layer_epochs patch_embed_lr_mult warmup_teacher_temp_epochs weight_decay_end schedule "
        "eval_period_iterations",
        lax="mapping",
    ),
    "paddleclas": Known(
        "epochs learning_rate lr warmup_epoch warmup_start_lr by_epoch end_lr eta_min decay_epochs "
        "step_size "
        "batch_size update_freq milestones epoch iter_per_epoch max_learning_rate base_learning_rate "
        "gamma values "
        "decay_steps cycle step_each_epoch last_epoch base_lr step_size_up step_size_down phase_pct",
        lax="mapping",
    ),
    "paddledet": Known(
        "epoch base_lr learningrate schedulers steps epochs epochs_first start_factor gamma "
        "milestones max_epochs "
        "use_warmup min_lr_ratio last_plateau_epochs batch_size decay_epochs snapshot_epoch values",
        lax="mapping",
    ),
    "speechbrain": Known(
        "number_of_epochs lr lr_adam lr_initial n_warmup_steps warmup_steps grad_accumulation_factor "
        "batch_size "
        "model_size initial_value final_value",
        lax="mapping",
    ),
    "tf_model_garden": Known(
        "learning_rate train_steps warmup warmup_steps warmup_learning_rate initial_learning_rate "
        "decay_steps "
        "decay_rate end_learning_rate boundaries values alpha offset power cycle staircase "
        "global_batch_size "
        "steps_per_loop lr_power steps_per_execution linear_decay_fraction total_decay_steps initial_value "
        "learning_rate_layer_decay"
    ),
    "tf_od": Known(
        "learning_rate learning_rate_base total_steps warmup_learning_rate warmup_steps "
        "hold_base_rate_steps "
        "num_steps initial_learning_rate decay_steps decay_factor staircase burnin_learning_rate "
        "burnin_steps "
        "min_learning_rate schedule step warmup cosine_decay_learning_rate exponential_decay_learning_rate "
        "manual_step_learning_rate constant_learning_rate batch_size second_stage_batch_size decay "
        "iterations"
    ),
    "t5x": Known(
        "factors base_learning_rate warmup_steps decay_factor steps_per_decay steps_per_cycle step_offset "
        "min_learning_rate train_steps total_steps learning_rate_fn batch_size learning_rate eval_steps "
        "decay_rate period checkpoint_steps steps create_learning_rate_scheduler epoch schedule "
        "stats_period num_epochs multiply_by_parameter_scale"
    ),
    "lightning_cli": Known(
        "max_epochs max_steps min_epochs min_steps accumulate_grad_batches lr lr_scheduler learning_rate "
        "batch_size class_path limit_train_batches gamma t_max step_size milestones warmup_epochs "
        "warmup_steps",
        lax="python",
    ),
    "espnet": Known(
        "lr scheduler scheduler_conf warmup_steps max_epoch accum_grad batch_size batch_type batch_bins "
        "num_iters_per_epoch model_size patience"
    ),
    "deepspeed": Known(
        "lr scheduler optimizer warmup_min_lr warmup_max_lr warmup_num_steps warmup_type warmup_min_ratio "
        "cos_min_ratio total_num_steps cycle_min_lr cycle_max_lr cycle_first_step_size "
        "cycle_second_step_size cycle_first_stair_count cycle_second_stair_count decay_step_size "
        "decay_lr_rate decay_mom_rate "
        "cycle_min_mom cycle_max_mom cycle_momentum "
        "lr_range_test_min_lr lr_range_test_step_size lr_range_test_step_rate lr_range_test_staircase "
        "train_batch_size train_micro_batch_size_per_gpu gradient_accumulation_steps last_batch_iteration",
        lax="mapping",
    ),
    "accelerate": Known(f"{_HF} num_warmup_steps max_train_steps", shortened=True),
    "sentence_transformers": Known(
        f"{_HF} epochs steps_per_epoch scheduler optimizer_params batch_sampler multi_dataset_batch_sampler "
        "learning_rate lr train_objectives",
        lax="python mapping",
    ),
    "model_card": Known(
        "learning_rate train_batch_size lr_scheduler_type lr_scheduler_warmup_ratio "
        "lr_scheduler_warmup_steps num_epochs training_steps last_step gradient_accumulation_steps "
        "total_train_batch_size num_devices optimizer",
        lax="mapping",
    ),
    "trainer_state": Known(
        "global_step max_steps num_train_epochs train_batch_size epoch step learning_rate eval_steps "
        "logging_steps save_steps best_global_step train_steps_per_second eval_steps_per_second",
        lax="mapping",
    ),
    "yolox": Known(
        "max_epoch warmup_epochs no_aug_epochs min_lr_ratio basic_lr_per_img warmup_lr scheduler batch_size",
        lax="python mapping flags",
    ),
    "big_vision": Known(
        "lr schedule decay_type warmup_steps warmup_epochs warmup_examples warmup_percent cooldown_steps "
        "cooldown_epochs cooldown_examples cooldown_percent total_steps total_epochs total_examples "
        "batch_size timescale timescale_examples linear_end end power shift steps mults mult base "
        "scale_with_batchsize data_size",
        lax="python",
    ),
    "mmengine": Known(
        "lr param_scheduler lr_config train_cfg max_epochs max_iters total_epochs by_epoch begin end "
        "milestones gamma t_max eta_min eta_min_ratio start_factor end_factor step_size "
        "convert_to_iter_based total_steps pct_start warmup warmup_iters warmup_ratio "
        "warmup_by_epoch min_lr min_lr_ratio policy "
        "batch_size samples_per_gpu base_batch_size accumulative_counts power",
        lax="python",
    ),
    "hydra": Known(
        "lr scheduler lr_scheduler max_epochs max_steps accumulate_grad_batches t_max eta_min step_size "
        "gamma milestones total_steps pct_start max_lr start_factor end_factor total_iters batch_size "
        "warmup_steps warmup_epochs",
        lax="mapping flags",
    ),
}
"""Trainers by their names; of those that are not in it no key is judged."""

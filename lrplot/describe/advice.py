"""What no class says of itself: when a schedule is good, when not, and what is often got wrong.

One entry a name of the catalogue and an optimizer. The families are compared as document 002 does; the
cautions hold the documents' own slips, put right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lrplot.describe.texts import Text


@dataclass(frozen=True, slots=True)
class Advice:
    """What people should know of a schedule or an optimizer.

    Parameters
    ----------
    summary
        The first line of its docstring in Chinese; both languages where it has no class of its own.
    strengths, weaknesses
        What speaks for it and against it.
    use, avoid
        When to take it, and when to take another.
    cautions
        What is often got wrong.
    confused
        Its docstring's "Not to be confused with" in Chinese.
    """

    summary: Text
    strengths: Text
    weaknesses: Text
    use: Text
    avoid: Text
    cautions: tuple[Text, ...] = ()
    confused: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A family of document 002: its name, what it is, and its row in the document's comparison."""

    title: Text
    what: Text
    strengths: Text
    weaknesses: Text
    use: Text


def _only_chinese(text: str) -> Text:
    """A summary whose English is the docstring's."""
    return Text("", text)


FAMILIES: Final[Mapping[str, Comparison]] = MappingProxyType(
    {
        "scheduled": Comparison(
            Text("Scheduled", "有序调整"),
            Text("fixed before the training starts", "训练开始前就定好"),
            Text("simple, easy to see and to control", "简单直观，易控制"),
            Text("the whole plan must be chosen beforehand", "需要预先设定整个计划"),
            Text("basic training in vision and language", "CV、NLP 基础训练"),
        ),
        "adaptive": Comparison(
            Text("Adaptive", "自适应调整"),
            Text(
                "the optimizer sets a rate of its own for every parameter; a schedule still sets the base",
                "优化器为每个参数自己调整步长；基础学习率仍可由调度给出",
            ),
            Text("adjusts itself, needs little tuning", "自动调节，无需复杂调参"),
            Text("sensitive to its hyperparameters, may oscillate", "对超参数敏感，可能震荡"),
            Text("language models, RNN, Transformers", "NLP、RNN、Transformer"),
        ),
        "reacting": Comparison(
            Text("Reacting", "按指标调整"),
            Text(
                "follows a metric as the training goes (document 002 counts these as custom)",
                "训练中跟随指标变化（文档 002 归入自定义）",
            ),
            Text("acts on what really happens", "根据实际训练情况调整"),
            Text(
                "the curve is not known beforehand; a noisy metric misleads it",
                "曲线无法预先知道；指标有噪声时会误判",
            ),
            Text("a model that has stopped improving", "模型表现停滞"),
        ),
        "custom": Comparison(
            Text("Custom", "自定义调整"),
            Text("written by you, or put together from others", "自己写的函数，或由其他调度组合而成"),
            Text("flexible, fits the task", "灵活，适应任务"),
            Text("harder to write, needs experience", "实现复杂，需经验"),
            Text("industrial tasks, research", "工业级任务、研究实验"),
        ),
    }
)
"""The comparison of document 002."""

_AIM: Final = Text(
    "The ramp starts at 0 unless it is told otherwise; PyTorch's LinearLR cannot, and starts at a third.",
    "预热默认从 0 开始；PyTorch 的 LinearLR 不能从 0 开始，默认从三分之一开始。",
)
_WARMED: Final = Text(
    "Optax' decay_steps includes the warm-up, Keras' does not.",
    "Optax 的 decay_steps 包含预热步数，Keras 的不包含。",
)

ADVICE: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "constant": Advice(
            _only_chinese("学习率始终不变。"),
            Text("nothing to choose but one number", "只需选一个数"),
            Text("too large at the end or too small at the start", "后期偏大，或前期偏小"),
            Text(
                "first experiments; finding the largest rate that works", "最初的实验；寻找可用的最大学习率"
            ),
            Text(
                "final trainings: they gain from falling rates at the end", "正式训练：后期降低学习率会更好"
            ),
            confused="PyTorch 的 ConstantLR：它先在 5 步内乘以 1/3。",
        ),
        "step": Advice(
            _only_chinese("每隔 step_size 步乘以 gamma。"),
            Text("three numbers, easy to read off a log", "三个数就说清，日志里一目了然"),
            Text("the drops are abrupt, and their times are guesses", "下降突然，不够平滑；时机靠经验"),
            Text("image classification with steady data and long training", "数据平稳、训练较长的图像分类"),
            Text("short trainings, where a drop at the wrong time costs much", "训练很短时，时机不对代价大"),
            (
                Text(
                    "A drop multiplies by gamma: 0.1 leaves a tenth. It does not divide by gamma, as is "
                    "sometimes said.",
                    "每次是乘以 gamma（0.1 即变为十分之一），并不是“变为 gamma 分之一”。",
                ),
            ),
            "MultiStep：它在给定的各步下降。",
        ),
        "multistep": Advice(
            _only_chinese("在每个里程碑处乘以 gamma。"),
            Text("drops exactly where you want them", "恰好在需要的地方下降"),
            Text("every milestone is one more number to choose", "每个里程碑都要人来选"),
            Text("repeating a paper's training; image classification", "复现论文训练；图像分类"),
            Text(
                "a training whose length still changes: the milestones do not move with it",
                "训练长度未定时：里程碑不会随之移动",
            ),
            (
                Text(
                    "60, 120, 160 with a factor of 0.2 are the numbers usually given for Wide ResNet, "
                    "not for ResNet.",
                    "60、120、160 与 0.2 通常是 Wide ResNet 的设置，而不是 ResNet 原论文的。",
                ),
            ),
            "Keras 的 PiecewiseConstantDecay：在边界那一步仍是旧值。",
        ),
        "piecewise": Advice(
            _only_chinese("依次经过给定的各点。"),
            Text("any shape, said by its corners", "用几个点说出任意形状"),
            Text("many numbers, and none of them moves with the length", "数字多，且不随训练长度变化"),
            Text("a curve you know point by point", "逐点已知的曲线"),
            Text("what a named schedule says in two numbers", "两个数就能说清的现成调度"),
        ),
        "exponential": Advice(
            _only_chinese("始终按同样的比例衰减。"),
            Text("smooth, stable, one number", "平滑、稳定、只有一个数"),
            Text("may be too small long before the end", "可能过早变得太小而停止学习"),
            Text("small and medium trainings", "中小规模训练"),
            Text(
                "long trainings: the rate vanishes, unless min_lr holds it",
                "长时间训练：学习率会消失，除非设 min_lr",
            ),
            (
                Text(
                    "It is not slow at first and fast at the end, as is sometimes said: its share stays "
                    "the same, so in absolute "
                    "terms it falls most at the start.",
                    "并非“前期慢、后期快”：下降的比例不变，因此绝对下降量在开始时最大。",
                ),
                Text(
                    "With staircase (Keras, Optax) it is a step curve, not a smooth one.",
                    "设 staircase=True（Keras、Optax）后是阶梯曲线，并不平滑。",
                ),
            ),
        ),
        "inverse_time": Advice(
            _only_chinese("与时间成反比地衰减。"),
            Text("falls fast at first, never quite stops", "先快后慢，永不停止"),
            Text("hardly changes late in a training", "后期几乎不变"),
            Text("convex problems, whose theory asks for 1/t", "理论要求 1/t 的凸问题"),
            Text("deep networks that should end at a small rate", "需要以很小学习率结束的深度网络"),
        ),
        "linear": Advice(
            _only_chinese("直线变到 end_lr，之后保持。"),
            Text("nothing to tune but the length", "除长度外无需调参"),
            Text("the length must be known beforehand", "必须预先知道长度"),
            Text("fine-tuning, language models, behind a warm-up", "微调、语言模型，接在预热之后"),
            Text("trainings that may be prolonged", "可能延长的训练"),
            (
                Text(
                    "PyTorch's LinearLR rises by default, from a third of the rate to all of it, in 5 steps.",
                    "PyTorch 的 LinearLR 默认是上升的：5 步内从三分之一升到全部。",
                ),
            ),
            "MMEngine 的 LinearLR：它早一步到达。",
        ),
        "polynomial": Advice(
            _only_chinese("按剩余时间的幂下降到 end_lr，之后保持。"),
            Text("one number bends it from a line to a steep start", "一个幂次就能调节弯曲程度"),
            Text("the power is one more number to choose", "幂次又是一个要选的数"),
            Text(
                "segmentation (power 0.9), large-batch training (power 2)",
                "语义分割（0.9 次）、大批量训练（2 次）",
            ),
            Text("where a line or a cosine does as well", "直线或余弦同样好的地方"),
            (
                Text(
                    "The end rate differs when it is left out: 0 here and in PyTorch, 1e-4 in Keras, "
                    "1e-7 in Transformers.",
                    "省略终点值时各不相同：这里与 PyTorch 为 0，Keras 为 1e-4，Transformers 为 1e-7。",
                ),
            ),
        ),
        "cosine": Advice(
            _only_chinese("沿半个余弦退火到 eta_min。"),
            Text("smooth, long at high rates, hardly anything to tune", "平滑，高学习率保持久，几乎无需调参"),
            Text(
                "the length must be known; cut short, it ends too high", "必须知道长度；提前停止则学习率偏高"
            ),
            Text(
                "the usual choice for training from scratch, with a warm-up for large models",
                "从头训练的常用选择；大模型再加预热",
            ),
            Text("trainings of an open end: wsd can be prolonged", "长度不定的训练：可用 wsd"),
            (
                Text(
                    "T_max is half the period of the cosine, not the period: the rate is lowest at T_max.",
                    "T_max 是余弦的半个周期，不是周期：学习率在 T_max 处最低。",
                ),
                Text(
                    "With eta_min 0 it ends at 0; it does not keep a value at the end by itself.",
                    "eta_min 为 0 时以 0 结束，末尾并不会“仍保持一定值”。",
                ),
                Text(
                    "PyTorch's climbs back after T_max: T_max=50 over 100 epochs ends where it began. "
                    "Keras' stays at the end.",
                    "PyTorch 的在 T_max 之后会重新上升：T_max=50 训练 100 轮会回到起点；Keras "
                    "的则保持终点值。",
                ),
            ),
            "CosineRestarts：它会跳回高处。",
        ),
        "cosine_restarts": Advice(
            _only_chinese("沿半个余弦退火，跳回高处，再来一次（SGDR）。"),
            Text(
                "a usable model at the end of every cycle; leaves poor minima",
                "每个周期末都有可用模型；有助于跳出局部最优",
            ),
            Text("the loss jumps at every restart", "每次重启损失都会跳升"),
            Text("snapshot ensembles; trainings of an open end", "快照集成；长度不定的训练"),
            Text(
                "one training of a known length: one cosine ends lower",
                "长度已知的单次训练：一个余弦结束得更低",
            ),
            (
                Text(
                    "It is not small at both ends of a cycle, as is sometimes said: it starts each "
                    "cycle at the top.",
                    "并非“每个周期的开始和结尾都较小”：每个周期都从最高处开始。",
                ),
                Text(
                    "On whole steps it never reaches eta_min: with lr 0.1, eta_min 0.001 and T_0 10 the "
                    "last rate of a cycle is 0.0034.",
                    "在整步上永远到不了 eta_min：lr 0.1、eta_min 0.001、T_0 10 时，周期最后一步是 0.0034。",
                ),
            ),
            "after: rise 的 Cosine：它是升回去，而不是跳回去。",
        ),
        "cyclic": Advice(
            _only_chinese("在两个学习率之间来回升降（CLR）。"),
            Text("needs a range instead of one rate; leaves saddle points", "只需一个范围；有助于逃离鞍点"),
            Text("never settles, unless its triangles shrink", "不会停下来，除非三角形逐渐缩小"),
            Text("finding good rates; trainings without a fixed end", "寻找合适的学习率；没有固定终点的训练"),
            Text("the last steps of a training, which want small rates", "训练的最后阶段，需要小学习率"),
            (
                Text(
                    "The plain mode does not shrink: for a range that narrows take triangular2 or exp_range.",
                    "默认模式的范围不会缩小：要逐渐缩小请用 triangular2 或 exp_range。",
                ),
                Text(
                    "PyTorch's counts batches: step it once a batch.",
                    "PyTorch 的按批次计数：每个批次调用一次 step()。",
                ),
            ),
        ),
        "onecycle": Advice(
            _only_chinese("升到 max_lr，再退火到远低于起点，只做一次（1cycle 策略）。"),
            Text(
                "fast training at large rates, and often better generalisation",
                "大学习率快速训练，泛化往往更好",
            ),
            Text("the length must be known; it cannot be prolonged", "必须知道长度；不能延长"),
            Text("short budgets, with max_lr from a range test", "预算有限时；max_lr 由学习率范围测试给出"),
            Text(
                "trainings that are resumed or prolonged: PyTorch refuses a step too many",
                "要续训或延长的训练：多一步 PyTorch 就报错",
            ),
            (
                Text(
                    "It is often described in halves, linearly up and down; the call peaks at 30 % and "
                    "follows cosines. "
                    "pct_start=0.5 and anneal_strategy='linear' make the halves.",
                    "常被描述为前半程线性上升、后半程下降；但默认在 30 % 处到顶，且沿余弦变化。"
                    "pct_start=0.5、anneal_strategy='linear' 才是前后各半。",
                ),
                Text("Step it once a batch, not once an epoch.", "每个批次调用一次 step()，不是每轮一次。"),
                Text(
                    "It sets the optimizer's own rate and momentum; the lr of the optimizer is not used.",
                    "它直接设置优化器的学习率与动量，优化器自己的 lr 不起作用。",
                ),
            ),
            "论文中的形式：线性、三个阶段；Optax 的：晚一步结束。",
        ),
        "inverse_sqrt": Advice(
            _only_chinese("与时间的平方根成反比地衰减。"),
            Text("needs no length; can be prolonged at any time", "不需要长度，随时可延长"),
            Text("the rate stays high", "学习率一直偏高"),
            Text(
                "Transformers of an open end, behind a warm-up", "长度不定的 Transformer 训练，接在预热之后"
            ),
            Text("a training of a known length: it should end lower", "长度已知的训练：应以更低的学习率结束"),
        ),
        "wsd": Advice(
            _only_chinese("保持稳定，再在最后 decay_steps 步下降：预热–稳定–衰减中的后两段。"),
            Text(
                "the stable part may go on for as long as you like; the decay is short",
                "稳定段想多长就多长，衰减段很短",
            ),
            Text("the loss looks bad until the decay", "衰减之前损失并不好看"),
            Text(
                "pre-training of language models, several lengths from one run",
                "语言模型预训练；一次运行得到多个长度",
            ),
            Text("short fine-tuning", "短时间微调"),
        ),
        "rex": Advice(
            _only_chinese("先慢后陡地下降。"),
            Text("good for small budgets, nothing to tune", "预算小时效果好，无需调参"),
            Text("little known; no framework has it", "知道的人少；各框架都没有"),
            Text("few epochs", "轮数很少的训练"),
            Text(
                "where others must be able to repeat it with their framework's class",
                "需要他人用框架自带的类复现时",
            ),
        ),
        "tanh": Advice(
            _only_chinese("沿双曲正切退火。"),
            Text("stays high for long, then falls at once", "长时间保持高学习率，然后集中下降"),
            Text("two limits that nobody can guess", "两个界限难以估计"),
            Text("repeating a timm training", "复现 timm 的训练"),
            Text("a first choice: cosine is simpler", "首选：余弦更简单"),
            (
                Text(
                    "It begins a little below lr and jumps at the end, by what the tangent lacks to 1.",
                    "起点略低于 lr，终点处有一个小跳变，因为正切没有真正到达 1。",
                ),
            ),
        ),
        "lambda": Advice(
            _only_chinese("把基础学习率乘以一个 t 的表达式。"),
            Text("anything you can write down", "能写出来的都可以"),
            Text("nobody knows its shape without drawing it", "不画出来谁也不知道形状"),
            Text("special tasks, research", "科研、特殊任务"),
            Text("what a named schedule does: its name says more", "已有现成调度时：名字更清楚"),
            (
                Text(
                    "The factor is of the base rate. The same function as a Keras schedule(epoch, lr) "
                    "multiplies the current rate "
                    "every epoch and collapses: 0.01 at epoch 10, 0.001 at 11, 0.0001 at 12.",
                    "因子乘的是基础学习率。同样的函数写成 Keras 的 schedule(epoch, lr) 时，"
                    "每轮都乘当前学习率，"
                    "很快崩塌：第 10 轮 0.01，第 11 轮 0.001，第 12 轮 0.0001。",
                ),
            ),
            "Multiplicative：它的因子会累积。",
        ),
        "multiplicative": Advice(
            _only_chinese("每一步把当前学习率乘以一个表达式。"),
            Text("says how the rate changes, not what it is", "只需说明如何变化"),
            Text("small mistakes add up; every step must be scanned", "小错误会累积；必须逐步扫描"),
            Text("a factor that itself changes with the step", "因子本身随步数变化时"),
            Text("a fixed factor: exponential says the same", "因子固定时：exponential 就是它"),
            (
                Text(
                    "A Keras schedule(epoch, lr) that returns lr * 0.1 from epoch 10 on takes a tenth "
                    "every epoch, not once.",
                    "Keras 的 schedule(epoch, lr) 若从第 10 轮起返回 lr * 0.1，是每轮都变为十分之一，"
                    "而不是一次。",
                ),
            ),
            "Lambda：它的因子乘的是基础学习率。",
        ),
        "plateau": Advice(
            _only_chinese("指标不再改善时降低学习率。"),
            Text(
                "drops when the model needs it, not when a plan says so", "模型需要时才下降，无需手动设定时机"
            ),
            Text("a noisy metric triggers it; slow by its patience", "指标有噪声会误触发；要等完 patience"),
            Text(
                "a model that has stopped improving, where validation is cheap", "模型表现停滞，且验证代价小"
            ),
            Text("trainings that must be repeatable, or of a fixed length", "需要可复现，或长度固定的训练"),
            (
                Text(
                    "Frameworks count differently: under a flat metric and patience 5, PyTorch's new "
                    "rate is seen at 7, 13, 19, "
                    "Keras' at 6, 11, 16.",
                    "各框架计数不同：指标不变、patience 为 5 时，PyTorch 的新学习率出现在第 7、13、19 轮，"
                    "Keras 的出现在第 6、11、16 轮。",
                ),
                Text(
                    "PyTorch's needs the metric: scheduler.step(val_loss). A metric that should rise "
                    "(accuracy) needs mode max.",
                    "PyTorch 要传入指标：scheduler.step(val_loss)；越大越好的指标（准确率）要设 mode='max'。",
                ),
            ),
            "Greedy：它还会升高学习率。",
        ),
        "callback": Advice(
            _only_chinese("按最近指标满足的第一条规则改变学习率。"),
            Text(
                "your own rules: lower when the loss swings, keep it when the loss is steady",
                "自己的规则：损失振荡时降低，稳定时保持",
            ),
            Text("every rule is more to tune", "每条规则都要调"),
            Text("behaviour that no ready-made class has", "现成的类做不到的行为"),
            Text("what plateau does", "plateau 就能做到的事"),
            confused="Plateau：框架自带的规则。",
        ),
        "greedy": Advice(
            _only_chinese("指标改善时升高学习率，否则降低。"),
            Text("finds its own level, up as well as down", "能升能降，自己找到合适的水平"),
            Text("may climb too far on an easy start", "开头容易时可能升得太高"),
            Text("fine-tuning with an unknown best rate", "最佳学习率未知的微调"),
            Text("noisy losses, unless smoothed", "噪声大的损失（除非做平滑）"),
            confused="Plateau：它从不升高学习率。",
        ),
        "sequence": Advice(
            _only_chinese("一个调度接着另一个，各有自己的时钟。"),
            Text("any plan, said as phases", "任何计划都能分段说出"),
            Text("jumps where one part does not end where the next begins", "前后不衔接处会跳变"),
            Text("warm-up and decay, several stages of training", "预热加衰减；多阶段训练"),
            Text("schedules that are to act at the same time", "需要同时起作用的调度"),
            (
                Text(
                    "Each part counts from 0 again: a length in it is its own, not the run's.",
                    "每一段都从 0 重新计数：其中的长度是自己的，不是全程的。",
                ),
            ),
            "Product：它的各部分同时起作用。",
        ),
        "product": Advice(
            _only_chinese("多个调度同时起作用，各自是基础学习率的一个因子。"),
            Text("puts a decay over cycles, or a ramp over anything", "可以给周期加衰减，给任何曲线加预热"),
            Text("hard to foresee", "难以预见结果"),
            Text(
                "what MMEngine, Composer or ChainedScheduler do",
                "对应 MMEngine、Composer、ChainedScheduler 的做法",
            ),
            Text("phases that follow one another", "先后进行的阶段"),
            confused="Sequence：它的各部分先后进行。",
        ),
        "warmup": Advice(
            _only_chinese("先升温，再进入一个调度。"),
            Text("keeps the first, random gradients from doing harm", "避免初期不稳定的梯度造成破坏"),
            Text("spends steps at small rates", "会花一些步数在小学习率上"),
            Text("Transformers, large models, large batches, Adam", "Transformer、大模型、大批量、Adam"),
            Text("small models with plain SGD, which seldom need it", "小模型加普通 SGD，一般不需要"),
            (
                _AIM,
                Text(
                    "prefix: true starts the schedule after the ramp; prefix: false runs it underneath, "
                    "so the rate jumps down to it "
                    "when the ramp ends.",
                    "prefix: true 时调度在预热之后才开始；prefix: false 时调度在下面同时运行，"
                    "预热结束时会跳下去。",
                ),
            ),
        ),
        "epochwise": Advice(
            _only_chinese("每轮才更新一次的调度。"),
            Text("what scheduler.step() once an epoch does", "对应每轮调用一次 scheduler.step()"),
            Text("steps where the curve is meant to be smooth", "本该平滑的曲线变成阶梯"),
            Text("reading and comparing training code that steps by epoch", "读懂、比较按轮更新的训练代码"),
            Text("few epochs: update every step instead", "轮数很少时：改为每步更新"),
            (
                Text(
                    "Every length in the schedule counts epochs then.",
                    "此时调度中的长度都以轮计。",
                ),
            ),
        ),
        "excerpt": Advice(
            _only_chinese("调度的一段：晚开始，或提前停住。"),
            Text("shows what a resumed training will really use", "看清续训真正使用的学习率"),
            Text("says nothing about the optimizer's own state", "不涉及优化器自身的状态"),
            Text(
                "resumed runs (last_epoch), schedules that freeze early", "续训（last_epoch）；提前冻结的调度"
            ),
            Text("changing a schedule in the middle: that is a sequence", "中途换调度：那是 sequence"),
        ),
        "stepped": Advice(
            _only_chinese("只在某些步才更新的调度。"),
            Text("what a scheduler.step() under a condition does", "对应带条件调用的 scheduler.step()"),
            Text("one more clock to keep in mind", "又多了一个要留意的时钟"),
            Text(
                "loops that step a scheduler late, seldom or for a while",
                "晚开始、隔几步或只更新一阵的训练循环",
            ),
            Text("stepping once an epoch from the start: epochwise", "从头每轮更新一次：用 epochwise"),
            (),
            "Epochwise：从头开始、没有终点；Excerpt：时钟与外面同速。",
        ),
        "recurrence": Advice(
            _only_chinese("每一步由几个更新依次作用于同一个学习率。"),
            Text("exact where schedulers act on each other's rate", "多个调度互相作用时仍然精确"),
            Text("every step must be scanned: at most 10^7", "必须逐步扫描：至多 10^7 步"),
            Text("several schedulers of one optimizer, stepped in turn", "同一优化器上的多个调度轮流更新"),
            Text("plain factors of a base rate: a product", "都只是基础学习率的因子时：用 product"),
            (),
            "Product：它的因子看不到当前学习率。",
        ),
        "noisy": Advice(
            _only_chinese("给一条曲线加上有种子的噪声。"),
            Text("shows the very noise a seeded training has", "看清固定种子的训练实际所加的噪声"),
            Text("a curve that no formula gives", "没有公式能给出的曲线"),
            Text("timm's noise_range_t", "timm 的 noise_range_t"),
            Text("reading the shape of a schedule: leave the noise out", "看曲线形状时：去掉噪声"),
        ),
        "warmup_cosine": Advice(
            Text("A linear warm-up, then half a cosine down.", "线性预热，再沿半个余弦下降。"),
            Text("the default of large models", "大模型训练的默认配置"),
            Text("two lengths to know beforehand", "要预先知道两个长度"),
            Text("large-scale training; Transformers", "大规模训练；Transformer"),
            Text("trainings of an open end: wsd", "长度不定的训练：用 wsd"),
            (
                _AIM,
                _WARMED,
                Text(
                    "A ramp over a cosine that already runs underneath jumps where it ends: with 1000 "
                    "of 10000 steps from 0.0999 to "
                    "0.0976, and 0.1 is never reached.",
                    "若余弦从第 0 步就在下面运行，预热结束时会跳变：10000 步中预热 1000 步时，从 0.0999 "
                    "跳到 0.0976，永远到不了 0.1。",
                ),
                Text(
                    "In a LambdaLR the function's value is a factor: a base_lr among its arguments that "
                    "it does not use changes nothing.",
                    "LambdaLR 中函数返回的是因子：参数里没有用到的 base_lr 不起作用。",
                ),
            ),
        ),
        "warmup_linear": Advice(
            Text("A linear warm-up, then straight down.", "线性预热，再直线下降。"),
            Text("simple, and as good as a cosine for fine-tuning", "简单；微调时不输余弦"),
            Text("two lengths to know beforehand", "要预先知道两个长度"),
            Text("BERT and its fine-tuning", "BERT 及其微调"),
            Text("trainings of an open end: wsd", "长度不定的训练：用 wsd"),
            (_AIM,),
        ),
        "warmup_exponential": Advice(
            Text("A linear warm-up, then the same share down all the time.", "线性预热，再按固定比例衰减。"),
            Text("needs no length; never reaches 0", "不需要长度；不会到 0"),
            Text("one more number than the others, the decay", "比其他组合多一个衰减率"),
            Text("speech and other long trainings", "语音等长时间训练"),
            Text(
                "trainings of a known length: a cosine or a line ends where you want",
                "长度已知的训练：余弦或直线能精确结束",
            ),
            (_AIM,),
        ),
        "noam": Advice(
            Text(
                "A linear warm-up, then the inverse square root: the Transformer's schedule.",
                "线性预热，再按平方根倒数衰减：Transformer 的调度。",
            ),
            Text("needs no length", "不需要长度"),
            Text("stays high; newer recipes end lower", "学习率偏高；较新的做法结束得更低"),
            Text("the original Transformer, translation", "原始 Transformer、机器翻译"),
            Text("a training of a known length", "长度已知的训练"),
            (
                Text(
                    "The paper's peak is not a parameter: it is 1/√(d_model · warmup_steps), 7e-4 for "
                    "512 and 4000.",
                    "论文中的峰值不是参数，而是 1/√(d_model · warmup_steps)：512 与 4000 时约为 7e-4。",
                ),
            ),
        ),
        "sgd": Advice(
            _only_chinese("沿梯度走，可带动量。"),
            Text("the rate is the step: a schedule acts in full", "学习率就是步长：调度完全生效"),
            Text("needs a well chosen rate and a schedule", "学习率与调度都要选好"),
            Text("vision, with momentum and a falling rate", "图像任务，配动量与下降的学习率"),
            Text("sparse features, Transformers", "稀疏特征、Transformer"),
            (
                Text(
                    "Under a falling rate PyTorch's momentum falls with it at once, Keras' keeps the "
                    "old rate for a while.",
                    "学习率下降时，PyTorch 的动量项立刻随之变小，Keras 的会保留旧学习率一段时间。",
                ),
            ),
        ),
        "adagrad": Advice(
            _only_chinese("除以至今所有梯度平方和的根：有效学习率只会变小。"),
            Text("good for sparse features, as in language", "适合稀疏特征问题，如 NLP"),
            Text("its steps only shrink, and may stop too early", "学习率单调减小，可能过早停止学习"),
            Text("sparse gradients, embeddings", "稀疏梯度、词嵌入"),
            Text("long trainings of deep networks", "深度网络的长时间训练"),
            (
                Text(
                    "The same call takes other first steps: Keras starts its sum at 0.1, PyTorch at 0.",
                    "同样的调用第一步就不同：Keras 的累计和从 0.1 开始，PyTorch 从 0 开始。",
                ),
            ),
            "RMSprop：它的平均会忘掉旧梯度。",
        ),
        "rmsprop": Advice(
            _only_chinese("除以梯度平方的滑动平均的根。"),
            Text("forgets old gradients, so it does not stop", "会忘掉旧梯度，不会过早停下"),
            Text(
                "its first steps are too large: nothing corrects the mean's start at 0",
                "前几步偏大：平均从 0 开始且不做修正",
            ),
            Text("non-convex problems, RNN, reinforcement learning", "非凸优化问题，如 RNN；强化学习"),
            Text("where Adam does as well", "Adam 同样好的地方"),
            (
                Text(
                    "PyTorch keeps 0.99 of the mean, Keras 0.9: the first step is three times as large "
                    "in PyTorch.",
                    "平均的保留比例 PyTorch 为 0.99，Keras 为 0.9：PyTorch 的第一步大约是三倍。",
                ),
            ),
            "Adagrad：它什么都不忘；Adam：它会修正开头的平均。",
        ),
        "adam": Advice(
            _only_chinese("用梯度的滑动平均除以其平方的滑动平均的根。"),
            Text(
                "fast, works with its defaults: the usual first choice",
                "收敛快，默认值就能用，常作为默认选择",
            ),
            Text("may swing or stall at saddle points; β may need tuning", "可能陷入鞍点或震荡，需要调整 β"),
            Text("first experiments; language, RNN", "基线实验；NLP、RNN"),
            Text("weight decay: take AdamW", "需要权重衰减时：用 AdamW"),
            (
                Text(
                    "It adapts each parameter's step, but not the base: large models still want a "
                    "warm-up and a decay.",
                    "它只调整每个参数的步长，不调整基础学习率：大模型仍需要预热和衰减。",
                ),
            ),
            "AdamW：它的权重衰减不经过除数。",
        ),
        "adamw": Advice(
            _only_chinese("权重衰减与梯度分开的 Adam。"),
            Text("weight decay that does what it says", "权重衰减真正起作用"),
            Text("one more number to tune", "多一个要调的数"),
            Text("Transformers and deep networks", "Transformer 与更深的网络"),
            Text("models without weight decay: Adam is the same", "不需要权重衰减的模型：与 Adam 相同"),
            (
                Text(
                    "The default decay is 0.01 in PyTorch, 0.004 in Keras.",
                    "默认权重衰减 PyTorch 为 0.01，Keras 为 0.004。",
                ),
                Text(
                    "The decay is multiplied by the rate, so a schedule lowers it too.",
                    "权重衰减要乘以学习率，因此调度也会把它降低。",
                ),
            ),
            "Adam 自己的 weight_decay：PyTorch 把它加到梯度里。",
        ),
    }
)
"""By name of the catalogue or type of the optimizer."""

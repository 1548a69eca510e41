using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Placement;

public sealed class TolerationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("k", "Equal", "v", null, true)]
    [InlineData("k", "Equal", "w", null, false)]
    [InlineData("k", "Equal", null, null, false)]
    [InlineData("k", "Exists", null, null, true)]
    [InlineData("other", "Exists", null, null, false)]
    [InlineData(null, "Exists", null, null, true)]
    [InlineData(null, "Equal", "v", null, false)]
    [InlineData("k", "Exists", null, "NoExecute", true)]
    [InlineData("k", "Exists", null, "NoSchedule", false)]
    public void Tolerates_FollowsKubernetes(string? key, string op, string? value, string? effect, bool expected) =>
        new Toleration(key, Enum.Parse<TolerationOperator>(op), value, effect is null ? null : Enum.Parse<TaintEffect>(effect))
            .Tolerates(new Taint("k", TaintEffect.NoExecute, "v")).Should().Be(expected);

    [Theory]
    [InlineData("NoSchedule", "", "Closed")]
    [InlineData("NoSchedule", "ever", "Open")]
    [InlineData("PreferNoSchedule", "", "Open")]
    [InlineData("NoExecute", "", "Evicting")]
    [InlineData("NoExecute", "ever", "Open")]
    [InlineData("NoExecute", "61", "Open")]
    [InlineData("NoExecute", "60", "Evicting")]
    [InlineData("NoExecute", "0", "Evicting")]
    [InlineData("NoExecute", "ever,60", "Evicting")]
    [InlineData("NoExecute", "3600,60", "Evicting")]
    public void Judge_ATaintOfAMinuteAgo_FollowsEffectAndSeconds(string effect, string seconds, string expected) =>
        Tolerations.Judge([new Taint("k", Enum.Parse<TaintEffect>(effect), null, Now.AddSeconds(-60))], Seconds(seconds), Now).Should().Be(Enum.Parse<TaintVerdict>(expected));

    [Fact]
    public void Judge_WithoutATime_LetsTolerationsWithSecondsHold()
    {
        Tolerations.Judge([new Taint("k", TaintEffect.NoExecute, null, Now)], Seconds("1"), null).Should().Be(TaintVerdict.Open);
        Tolerations.Judge([new Taint("k", TaintEffect.NoExecute, null, Now)], [], null).Should().Be(TaintVerdict.Evicting);
    }

    [Fact]
    public void Due_SeveralTaints_IsTheLeast()
    {
        Taint early = new("a", TaintEffect.NoExecute, null, Now.AddSeconds(-50)), late = new("b", TaintEffect.NoExecute, null, Now);
        Toleration[] tolerations = [new("a", TolerationOperator.Exists, TolerationSeconds: 100), new("b", TolerationOperator.Exists, TolerationSeconds: 40)];

        Tolerations.Due([early, late], tolerations, Now).Should().Be(new EvictionDue(Now.AddSeconds(40), late));
        Tolerations.Due([early], tolerations, Now).At.Should().Be(Now.AddSeconds(50));
        Tolerations.Due([early], [new(null, TolerationOperator.Exists)], Now).Should().Be(EvictionDue.Never);
        Tolerations.Due([early], [], Now).IsOver(Now).Should().BeTrue();
        Tolerations.Due([new("a", TaintEffect.NoSchedule)], [], Now).Should().Be(EvictionDue.Never);
        Tolerations.Due([late with { TimeAdded = Now.AddHours(1) }], [], Now).IsOver(Now).Should().BeTrue("what is not tolerated is due now, whatever the clock of who added it says");
    }

    private static Toleration[] Seconds(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(s => new Toleration("k", TolerationOperator.Exists, TolerationSeconds: s == "ever" ? null : long.Parse(s))).ToArray();
}

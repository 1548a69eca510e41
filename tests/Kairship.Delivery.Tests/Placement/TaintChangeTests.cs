using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Placement;

public class TaintChangeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", "+a=1:NoSchedule", "a=1:NoSchedule")]
    [InlineData("a=1:NoSchedule", "+a=2:NoSchedule", "a=2:NoSchedule")]
    [InlineData("a=1:NoSchedule", "+a=1:NoExecute", "a=1:NoSchedule a=1:NoExecute")]
    [InlineData("a=1:NoSchedule a=1:NoExecute b:NoExecute", "-a:NoExecute", "a=1:NoSchedule b:NoExecute")]
    [InlineData("a=1:NoSchedule a=1:NoExecute b:NoExecute", "-a", "b:NoExecute")]
    [InlineData("a=1:NoSchedule", "-a +a=3:NoExecute", "a=3:NoExecute")]
    [InlineData("a=1:NoSchedule", "-other", "a=1:NoSchedule")]
    public void Change_ByTable(string before, string change, string after)
    {
        var old = Split(before).Select(t => TaintOf(t) with { TimeAdded = Noon }).ToList();
        var made = new TaintChange([.. Split(change).Where(c => c[0] == '+').Select(c => TaintOf(c[1..]))], [.. Split(change).Where(c => c[0] == '-').Select(c => RemovalOf(c[1..]))]);

        made.Problems(ConditionTaints.IsOfCondition).Should().BeEmpty();
        var taints = made.Apply(old, Noon.AddHours(1))!;
        string.Join(' ', taints).Should().Be(after);
        foreach (var taint in taints)
        {
            var stayed = old.Any(o => o.Key == taint.Key && o.Effect == taint.Effect && made.Remove.All(r => r.Key != o.Key || r.Effect is not null));
            taint.TimeAdded.Should().Be(stayed ? Noon : Noon.AddHours(1), "tolerations count from there");
        }
    }

    [Theory]
    [InlineData("", null, "set[0].key")]
    [InlineData("-a", null, "set[0].key")]
    [InlineData("a b", null, "set[0].key")]
    [InlineData("a", "x y", "set[0].value")]
    [InlineData("kairship.io/unreachable", null, "set[0].key")]
    public void Change_ThatIsWrong_SaysWhere(string key, string? value, string field) =>
        new TaintChange([new Taint(key, TaintEffect.NoSchedule, value)], []).Problems(ConditionTaints.IsOfCondition).Should().ContainSingle().Which.Field.Should().Be(field);

    [Fact]
    public void Change_ToMoreTaintsThanAnybodyReads_IsNotMade()
    {
        new TaintChange([], []).Problems(_ => false).Should().ContainSingle();
        new TaintChange([.. Enumerable.Range(0, 51).Select(i => new Taint($"k{i}", TaintEffect.NoSchedule))], []).Apply([], Noon).Should().BeNull();
    }

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Taint TaintOf(string text)
    {
        var (left, effect) = (text.Split(':')[0], Enum.Parse<TaintEffect>(text.Split(':')[1]));
        return new Taint(left.Split('=')[0], effect, left.Split('=') is [_, var value] ? value : null);
    }

    private static TaintRemoval RemovalOf(string text) => text.Split(':') is [var key, var effect] ? new TaintRemoval(key, Enum.Parse<TaintEffect>(effect)) : new TaintRemoval(text);
}

using CsCheck;
using Kairship.Delivery.Drift;

namespace Kairship.Delivery.Tests.Drift;

public sealed class HealRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", HealDecision.Heal)]
    [InlineData("0.5", HealDecision.Wait)]
    [InlineData("1", HealDecision.Heal)]
    [InlineData("60 20", HealDecision.Wait)]
    [InlineData("20 60", HealDecision.Wait)]
    [InlineData("60 30", HealDecision.Heal)]
    [InlineData("3000 2000 1000", HealDecision.GiveUp)]
    [InlineData("3600 2000 1000", HealDecision.Heal)]
    [InlineData("9000 8000 7000 6000 5000", HealDecision.Heal)]
    public void Decide_BySecondsSinceItWasPutBack(string seconds, HealDecision expected) =>
        HealRules.Decide([.. seconds.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Now - TimeSpan.FromSeconds(double.Parse(s, System.Globalization.CultureInfo.InvariantCulture)))], Now)
            .Should().Be(expected);

    /// <summary>However often it is looked at and changed again.</summary>
    [Fact]
    public void Decide_AnyLooks_PutsBackAtMostThreeTimesAnHour() => Gen.Int[1, 900].List[1, 60].Sample(pauses =>
    {
        var (at, heals) = (Now, new List<DateTimeOffset>());
        IReadOnlyList<HealedObject> memory = [];
        foreach (var pause in pauses)
        {
            at += TimeSpan.FromSeconds(pause);
            if (HealRules.Decide(memory.Count == 0 ? [] : memory[0].At, at) == HealDecision.Heal)
            {
                heals.Add(at);
                memory = HealRules.Remember(memory, [("east", "web")], at);
            }
        }

        return heals.All(heal => heals.Count(other => other <= heal && heal - other < HealRules.Window) <= HealRules.MostHeals);
    });

    [Fact]
    public void Remember_ForgetsWhatIsOlderThanTheWindow_AndKeepsObjectsApart()
    {
        var before = new[] { new HealedObject("east", "web", [Now.AddMinutes(-61), Now.AddMinutes(-5)]), new HealedObject("west", "web", [Now.AddMinutes(-90)]) };
        HealRules.Remember(before, [("east", "web"), ("east", "api")], Now).Should().BeEquivalentTo(
            [new HealedObject("east", "api", [Now]), new HealedObject("east", "web", [Now.AddMinutes(-5), Now])]);
    }
}

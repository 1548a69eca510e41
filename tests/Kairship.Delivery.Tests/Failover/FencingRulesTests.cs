using System.Text.Json;
using CsCheck;
using Kairship.Delivery.Failover;

namespace Kairship.Delivery.Tests.Failover;

public sealed class FencingRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly FencingState Unknown = new FencingState.Unknown("a", 3);

    [Fact]
    public void Confirm_TakesWhoWhenAndHow()
    {
        var answer = FencingRules.Confirm(Unknown, "a", 3, " ann ", "powered off", Now);
        answer.Should().Be(new FencingAnswer(new FencingState.Confirmed("a", 3, "ann", Now, "powered off")));
        FencingRules.Confirm(answer.State, "a", 3, "bob", "again", Now.AddHours(1)).Should().Be(answer, "the first stays");
    }

    public static TheoryData<FencingState?, long, string, string, string> Refusals => new()
    {
        { null, 3, "ann", "off", "a is not lost" },
        { Unknown, 2, "ann", "off", "a was lost again since: the confirmation is for its loss 2, and now it is loss 3" },
        { Unknown, 3, "ann", " ", "Say who made sure, and how" },
        { Unknown, 3, "", "off", "Say who made sure, and how" },
        { Unknown, 3, "ann", new string('x', 1001), "at most 1000 characters" },
        { new FencingState.Returned("a", 3, Now), 3, "ann", "off", "a answers again since" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Confirm_ThatSaysNothing_IsRefused(FencingState? state, long loss, string by, string how, string refusal)
    {
        var answer = FencingRules.Confirm(state, "a", loss, by, how, Now);
        answer.Refusal.Should().Contain(refusal);
        (answer.State is FencingState.Confirmed).Should().BeFalse();
    }

    [Fact]
    public void AnyHistory_MayMoveOnlyAfterAConfirmationOfTheLastLoss_WithoutAReturnSince() => Gen.Int[0, 3].Array[1, 20].Sample(events =>
    {
        FencingState? state = null;
        var (loss, may) = (0L, false);
        foreach (var what in events)
        {
            switch (what)
            {
                case 0:
                    (state, may) = (FencingRules.Lost(state, "a", ++loss), false);
                    break;
                case 1 when state is not null:
                    (state, may) = (FencingRules.Return(state, Now), false);
                    break;
                case 2:
                    var isOut = state is FencingState.Unknown or FencingState.Confirmed;
                    (state, may) = (FencingRules.Confirm(state, "a", loss, "ann", "off", Now).State, isOut);
                    break;
                case 3:
                    state = FencingRules.Confirm(state, "a", loss - 1, "ann", "off", Now).State;
                    break;
            }

            (FencingRules.WhyNot(state, "a", loss) is null).Should().Be(may);
        }
    });

    [Fact]
    public void State_AsJson_ReadsBack()
    {
        foreach (var state in new[] { Unknown, new FencingState.Confirmed("a", 3, "ann", Now, "off"), new FencingState.Returned("a", 3, Now) })
        {
            JsonSerializer.Deserialize<FencingState>(JsonSerializer.Serialize(state)).Should().Be(state);
        }
    }

    [Theory]
    [InlineData("kind: StatefulSet, apiVersion: apps/v1, metadata: {name: db}", "shop keeps state in StatefulSet/db.")]
    [InlineData("kind: PersistentVolumeClaim, apiVersion: v1, metadata: {name: disk}", "shop keeps state in PersistentVolumeClaim/disk.")]
    [InlineData("kind: Deployment, apiVersion: apps/v1, metadata: {name: web}, spec: {template: {spec: {containers: [], volumes: [{name: d, persistentVolumeClaim: {claimName: x}}]}}}", "shop keeps state in Deployment/web.")]
    [InlineData("kind: Deployment, apiVersion: apps/v1, metadata: {name: web}, spec: {template: {spec: {containers: [], volumes: [{name: d, emptyDir: {}}]}}}", null)]
    public void Statefulness_Table(string manifest, string? expected) => Statefulness.Of(Make.Application(), Make.Yaml($"{{{manifest}}}")).Should().Be(expected);

    [Fact]
    public void Statefulness_IsAlsoWhatTheApplicationSays() =>
        Statefulness.Of(Make.Application() with { Failover = new FailoverPolicy { Stateful = new StatefulPolicy() } }, []).Should().Contain("says that it is stateful");

    [Theory]
    [InlineData(PurgeMode.Gracefully, 0, false, false, EvictionStep.Wait)]
    [InlineData(PurgeMode.Gracefully, 0, true, false, EvictionStep.Delete)]
    [InlineData(PurgeMode.Gracefully, 599, false, false, EvictionStep.Wait)]
    [InlineData(PurgeMode.Gracefully, 600, false, false, EvictionStep.Delete)]
    [InlineData(PurgeMode.Directly, 0, false, false, EvictionStep.Delete)]
    [InlineData(PurgeMode.Never, 9999, true, false, EvictionStep.Ask)]
    [InlineData(PurgeMode.Never, 0, false, true, EvictionStep.Delete)]
    public void Eviction_Table(PurgeMode mode, int seconds, bool isHealthy, bool isConfirmed, EvictionStep expected) =>
        Eviction.Judge(new FailoverPolicy { PurgeMode = mode }, Now, isHealthy, isConfirmed, Now.AddSeconds(seconds)).Step.Should().Be(expected);
}

using System.Text.Json;
using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;

namespace Kairship.Delivery.Tests.Applications;

/// <summary>spec.failover.</summary>
public sealed class FailoverYamlTests
{
    private const string Full = """
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: storefront}
        spec:
          namespace: shop
          failover:
            tolerationSeconds: 60
            approvalAbove: 20
            priority: 900
            purgeMode: Directly
            gracePeriod: 5m
            stateful: {fencing: hook, hook: {url: "https://fence.example.org/off", secretRef: fence}}
            objective: {rto: 2m}
            failback: {mode: automatic, stabilisation: 30m, steps: [10, 60]}
        """;

    private static readonly FailoverPolicy FullPolicy = new()
    {
        TolerationSeconds = 60, Approval = FailoverApproval.Above, ApprovalAbove = 20, Priority = 900, PurgeMode = PurgeMode.Directly, GracePeriod = TimeSpan.FromMinutes(5),
        Stateful = new StatefulPolicy { Fencing = FencingMode.Hook, Hook = new FenceHook("https://fence.example.org/off", "fence") }, Rto = TimeSpan.FromMinutes(2),
        Failback = new FailbackPolicy { Mode = FailbackMode.Automatic, Stabilisation = TimeSpan.FromMinutes(30), Steps = [10, 60] },
    };

    private static readonly Gen<FailoverPolicy> GenPolicy = Gen.Select(Gen.Enum<FailoverApproval>(), Gen.Enum<PurgeMode>(), Gen.Int[0, 1000], Gen.Int[0, 3], Gen.Enum<FailbackMode>(), Gen.Int[0, 600_000])
        .Select((approval, purge, number, kind, mode, seconds) => new FailoverPolicy
        {
            TolerationSeconds = number % 3, Approval = approval, ApprovalAbove = approval == FailoverApproval.Above ? number : null, Priority = number, PurgeMode = purge,
            GracePeriod = TimeSpan.FromSeconds(seconds), Rto = kind == 0 ? null : TimeSpan.FromSeconds(seconds + 1),
            Stateful = kind switch { 0 => null, 1 => new StatefulPolicy(), _ => new StatefulPolicy { Fencing = FencingMode.Hook, Hook = new FenceHook("https://a.example.org", kind == 2 ? null : "b") } },
            Failback = new FailbackPolicy { Mode = mode, Stabilisation = TimeSpan.FromSeconds(seconds), Steps = kind == 0 ? [] : [.. Enumerable.Range(1, kind).Select(i => i * 25)] },
        });

    [Fact]
    public void Parse_EveryField_IsRead() => ApplicationYaml.Parse(Full).Failover.Should().BeEquivalentTo(FullPolicy);

    [Fact]
    public void Write_ReadBack_IsTheSame() => GenPolicy.Sample(policy =>
        ApplicationYaml.Parse(ApplicationYaml.Write(Make.Application() with { Failover = policy })).Failover.Should().BeEquivalentTo(policy));

    [Fact]
    public void Write_Defaults_AreLeftOut() => ApplicationYaml.Write(Make.Application()).Should().NotContain("failover");

    [Fact]
    public void Policy_AsJson_ReadsBack() => JsonSerializer.Deserialize<FailoverPolicy>(JsonSerializer.Serialize(FullPolicy)).Should().BeEquivalentTo(FullPolicy);

    [Theory]
    [InlineData("tolerationSeconds: 60", "tolerationSeconds: -1", "spec.failover.tolerationSeconds: is -1")]
    [InlineData("approvalAbove: 20", "approval: above", "spec.failover.approval: is above: say above how many")]
    [InlineData("approvalAbove: 20", "approvalAbove: 20\n    approval: always", "spec.failover.approval: stands beside approvalAbove")]
    [InlineData("approvalAbove: 20", "approval: sometimes", "spec.failover.approval: 'sometimes' is not one of None, Always, Above")]
    [InlineData("priority: 900", "priority: 1001", "spec.failover.priority: is 1001")]
    [InlineData("purgeMode: Directly", "purgeMode: Later", "spec.failover.purgeMode: 'Later' is not one of Gracefully, Directly, Never")]
    [InlineData("gracePeriod: 5m", "gracePeriod: 1000h", "spec.failover.gracePeriod: must be from 0s to 168h")]
    [InlineData("fencing: hook", "fencing: confirm", "spec.failover.stateful.hook: has no effect with 'fencing: confirm'")]
    [InlineData(", hook: {url: \"https://fence.example.org/off\", secretRef: fence}", "", "spec.failover.stateful.hook: is missing")]
    [InlineData("https://fence.example.org/off", "ftp://fence", "spec.failover.stateful.hook.url: must be an absolute http or https URL")]
    [InlineData("secretRef: fence", "secretRef: Fence!", "spec.failover.stateful.hook.secretRef: must be a secret's name")]
    [InlineData("rto: 2m", "rto: 0s", "spec.failover.objective.rto: must be from 1s")]
    [InlineData("rto: 2m", "", "spec.failover.objective.rto: is missing")]
    [InlineData("steps: [10, 60]", "steps: [60, 10]", "spec.failover.failback.steps[1]: is 10, not more than the step before it")]
    [InlineData("steps: [10, 60]", "steps: [10, lots]", "spec.failover.failback.steps[1]: must be a whole number")]
    [InlineData("steps: [10, 60]", "steps: [0, 101]", "spec.failover.failback.steps[0]: is 0")]
    [InlineData("mode: automatic", "mode: never, aproval: 1", "spec.failover.failback.aproval: is not a known field")]
    public void Parse_AMistake_IsToldWithThePathOfItsField(string right, string wrong, string message)
    {
        Full.Should().Contain(right);
        FluentActions.Invoking(() => ApplicationYaml.Parse(Full.Replace(right, wrong, StringComparison.Ordinal)))
            .Should().Throw<ApplicationYamlException>().Which.Problems.Select(p => p.ToString()).Should().Contain(text => text.Contains(message, StringComparison.Ordinal));
    }
}

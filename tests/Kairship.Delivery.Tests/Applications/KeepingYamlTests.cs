using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;

namespace Kairship.Delivery.Tests.Applications;

/// <summary>spec.drift and spec.status.</summary>
public sealed class KeepingYamlTests
{
    private const string Full = """
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: storefront}
        spec:
          namespace: shop
          drift: {mode: heal, interval: 30s, ignore: [/metadata/annotations/a~1b], prune: true}
          status:
          - {group: cache.example.org, kind: Cache, current: "object.status.phase === 'Ready'", failed: object.status.phase === 'Lost', message: object.status.message}
          - {group: cache.example.org, kind: Store, current: "true"}
        """;

    private static readonly Gen<DriftPolicy> GenDrift = Gen.Select(Gen.Enum<DriftMode>(), Gen.Int[1, 86_400], Make.GenName.Array[0, 3], Gen.Bool).Select((mode, seconds, names, prune) => new DriftPolicy
    {
        Mode = mode, Interval = TimeSpan.FromSeconds(seconds), Ignore = [.. names.Select(n => $"/{n}/x~1y")], Prune = prune && mode == DriftMode.Heal,
    });

    private static readonly Gen<IReadOnlyList<StatusRule>> GenRules = Gen.Select(Make.GenName, Make.GenName, Make.GenName.Null(), Make.GenName.Null())
        .Select((kind, current, failed, message) => new StatusRule("example.org", kind, current, failed, message)).List[0, 4]
        .Select(rules => (IReadOnlyList<StatusRule>)rules.DistinctBy(r => r.Kind).ToList());

    [Fact]
    public void Parse_EveryField_IsRead()
    {
        var application = ApplicationYaml.Parse(Full);
        application.Drift.Should().BeEquivalentTo(
            new DriftPolicy { Mode = DriftMode.Heal, Interval = TimeSpan.FromSeconds(30), Ignore = ["/metadata/annotations/a~1b"], Prune = true });
        application.Status.Should().Equal(
            new StatusRule("cache.example.org", "Cache", "object.status.phase === 'Ready'", "object.status.phase === 'Lost'", "object.status.message"),
            new StatusRule("cache.example.org", "Store", "true"));
    }

    [Fact]
    public void Write_ReadBack_IsTheSame() => Gen.Select(GenDrift, GenRules).Sample((drift, rules) =>
    {
        var application = Make.Application() with { Drift = drift, Status = rules };
        var read = ApplicationYaml.Parse(ApplicationYaml.Write(application));
        return read.Status.SequenceEqual(rules) && (read.Drift with { Ignore = drift.Ignore }) == drift && read.Drift.Ignore.SequenceEqual(drift.Ignore);
    });

    [Fact]
    public void Write_Defaults_AreLeftOut() => ApplicationYaml.Write(Make.Application()).Should().NotContain("drift").And.NotContain("status");

    [Theory]
    [InlineData("mode: heal", "mode: fix", "spec.drift.mode: 'fix' is not one of Report, Heal, Ignore")]
    [InlineData("mode: heal", "mode: report", "spec.drift.prune: has no effect unless mode is heal")]
    [InlineData("prune: true", "prune: please", "spec.drift.prune: must be true or false, not \"please\"")]
    [InlineData("interval: 30s", "interval: 500ms", "spec.drift.interval: must be from 1s to 24h")]
    [InlineData("/metadata/annotations/a~1b", "metadata.annotations", "spec.drift.ignore[0]: 'metadata.annotations' is not a JSON pointer such as")]
    [InlineData("kind: Store, current: \"true\"", "kind: Store", "spec.status[1].current: is missing")]
    [InlineData("kind: Store", "kind: Cache", "spec.status[1]: is a second rule for Cache")]
    [InlineData("group: cache.example.org, kind: Store", "group: apps, kind: Deployment", "spec.status[1].group: 'apps' is a group of Kubernetes itself")]
    [InlineData("group: cache.example.org, kind: Store", "kind: Pod", "spec.status[1].group: '' is a group of Kubernetes itself")]
    [InlineData("group: cache.example.org, kind: Store", "group: gateway.networking.k8s.io, kind: Gateway", "spec.status[1].group: 'gateway.networking.k8s.io' is a group")]
    [InlineData("current: \"true\"", "current: \" \"", "spec.status[1].current: must be a JavaScript expression")]
    [InlineData("current: \"true\"", "currently: \"true\"", "spec.status[1].currently: is not a known field; did you mean 'current'?")]
    public void Parse_AMistake_IsToldWithThePathOfItsField(string right, string wrong, string message)
    {
        Full.Should().Contain(right);
        FluentActions.Invoking(() => ApplicationYaml.Parse(Full.Replace(right, wrong, StringComparison.Ordinal)))
            .Should().Throw<ApplicationYamlException>().Which.Problems.Select(p => p.ToString()).Should().Contain(text => text.Contains(message, StringComparison.Ordinal));
    }
}

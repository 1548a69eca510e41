using System.Text.Json;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Karmada;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Karmada;

public sealed class KarmadaReaderTests
{
    private const string Text = """
        apiVersion: policy.karmada.io/v1alpha1
        kind: PropagationPolicy
        metadata: {name: web-spread, namespace: shop, labels: {team: a}}
        spec:
          propagateDeps: true
          failover: {application: {decisionConditions: {tolerationSeconds: 30}, purgeMode: Graciously}}
          resourceSelectors: [{apiVersion: apps/v1, kind: Deployment, name: web}]
          placement:
            clusterAffinities:
            - {affinityName: near, clusterNames: [eu-1, eu-2]}
            - {affinityName: far, labelSelector: {matchLabels: {tier: core}}}
            clusterTolerations: [{key: cluster.karmada.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}]
            spreadConstraints: [{spreadByField: cluster, minGroups: 2, maxGroups: 3}]
            replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Aggregated}
        ---
        apiVersion: policy.karmada.io/v1alpha1
        kind: OverridePolicy
        metadata: {name: mirror, namespace: shop}
        spec:
          resourceSelectors: [{apiVersion: apps/v1, kind: Deployment}]
          overrideRules:
          - targetCluster: {clusterNames: [eu-1]}
            overriders:
              imageOverrider: [{component: Registry, operator: replace, value: mirror.example}]
              plaintext: [{path: /spec/paused, operator: add, value: true}]
        ---
        apiVersion: policy.karmada.io/v1alpha1
        kind: ClusterOverridePolicy
        metadata: {name: house}
        spec:
          targetCluster: {labelSelector: {matchLabels: {tier: core}}}
          overriders: {labelsOverrider: [{operator: add, value: {house: core}}]}
        """;

    [Fact]
    public void Read_PoliciesOfEveryKind_BecomeAPlacementAndRules()
    {
        var policies = KarmadaReader.Read(Text);

        policies.Propagations.Should().ContainSingle().Which.Should().BeEquivalentTo(new KarmadaPropagation(
            "web-spread", "shop", [new ObjectSelector("apps/v1", "Deployment", null, "web")], new PlacementPolicy
            {
                ClusterAffinities =
                [
                    new NamedAffinity("near", new ClusterAffinity(["eu-1", "eu-2"])),
                    new NamedAffinity("far", new ClusterAffinity(LabelSelector: new LabelSelector(new Dictionary<string, string> { ["tier"] = "core" }))),
                ],
                ClusterTolerations = [new Toleration("kairship.io/not-ready", TolerationOperator.Exists, null, TaintEffect.NoExecute, 300)],
                SpreadConstraints = [new SpreadConstraint(SpreadField.Cluster, 2, 3)],
                ReplicaScheduling = ReplicaSchedulingType.Divided,
                DivisionPreference = ReplicaDivisionPreference.Aggregated,
            }));
        policies.Overrides.Select(o => (o.Name, o.Scope, o.ResourceSelectors.Count, o.ImageOverriders.Count, o.PlaintextOverriders.Count, o.LabelsOverriders.Count)).Should().Equal(
            ("mirror", OverrideScope.Namespaced, 1, 1, 1, 0), ("house", OverrideScope.Cluster, 0, 0, 0, 1));
        policies.Notes.Should().Equal(
            "web-spread: propagateDeps has no effect here: an application's manifests hold what it depends on.",
            "web-spread: failover has no effect here: spec.failover of the application says it, with tolerationSeconds and purgeMode.",
            "web-spread: the toleration of cluster.karmada.io/not-ready is read as one of kairship.io/not-ready, as such taints are called here.");
    }

    [Fact]
    public void ApplyTo_AnApplication_GivesOneThatIsWrittenAndReadBack()
    {
        var application = KarmadaReader.Read(Text).ApplyTo(Make.Application());

        JsonSerializer.Serialize(ApplicationYaml.Parse(ApplicationYaml.Write(application))).Should().Be(JsonSerializer.Serialize(application));
        application.Placement.DivisionPreference.Should().Be(ReplicaDivisionPreference.Aggregated);
        application.Overrides.Should().HaveCount(2);
    }

    [Fact]
    public void ApplyTo_TheSamePoliciesTwice_ChangesNothing()
    {
        var once = KarmadaReader.Read(Text).ApplyTo(Make.Application());

        ApplicationYaml.Write(KarmadaReader.Read(Text).ApplyTo(once)).Should().Be(ApplicationYaml.Write(once));
    }

    [Theory]
    [InlineData("shop", "Deployment", "web", true)]
    [InlineData("shop", "Deployment", "api", true)]
    [InlineData("other", "StatefulSet", "web", false)]
    [InlineData("shop", "Service", "web", false)]
    public void Selects_WhatAPolicyNames(string ns, string kind, string name, bool selected)
    {
        var manifest = Kairship.Delivery.Manifests.Manifest.From((System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(
            $$$"""{"apiVersion":"{{{(kind == "Service" ? "v1" : "apps/v1")}}}","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}"}}""")!);

        KarmadaReader.Read(Text).Selects([manifest], ns).Should().Be(selected);
    }

    [Fact]
    public void Find_PoliciesBesideAnApplication_TellsThemApart()
    {
        var application = ApplicationYaml.Write(Make.Application());
        var found = KarmadaText.Find($"{Text}\n---\n{application}")!;

        JsonSerializer.Serialize(ApplicationYaml.Parse(found.Application!)).Should().Be(JsonSerializer.Serialize(Make.Application()));
        KarmadaReader.Read(found.Policies).Overrides.Should().HaveCount(2);
        KarmadaText.Find(Text)!.Application.Should().BeNull();
        KarmadaText.Find(application).Should().BeNull();
        KarmadaText.Find("# policy.karmada.io/v1alpha1\na: [").Should().BeNull("that it is no YAML is told when it is read");
        FluentActions.Invoking(() => KarmadaText.Find($"{Text}\n---\n{application}\n---\n{application}")).Should().Throw<ApplicationYamlException>().WithMessage("*2 applications*");
    }

    [Fact]
    public void ApplyTo_SeveralPropagations_IsRefused() => FluentActions
        .Invoking(() => KarmadaReader.Read(Text + "\n---\n" + Text[..Text.IndexOf("---", StringComparison.Ordinal)].Replace("web-spread", "other")).ApplyTo(Make.Application()))
        .Should().Throw<ApplicationYamlException>().WithMessage("There are 2 propagation policies (web-spread, other)*");

    [Theory]
    [InlineData("policy.karmada.io/v1alpha1\nkind: PropagationPolicy", "policy.karmada.io/v2\nkind: PropagationPolicy", "document 1.apiVersion: is 'policy.karmada.io/v2'")]
    [InlineData("kind: OverridePolicy", "kind: FederatedHPA", "document 2.kind: is 'FederatedHPA'; PropagationPolicy,")]
    [InlineData("propagateDeps: true", "suspension: {dispatching: true}", "document 1.spec.suspension: is not supported")]
    [InlineData("spreadByField: cluster", "spreadByLabel: rack", "spreadConstraints[0].spreadByLabel: is not supported")]
    [InlineData("spreadByField: cluster", "spreadByField: zone", "web-spread: spec.placement.spreadConstraints[0].spreadByField: 'zone' stands alone")]
    [InlineData("propagateDeps: true", "propagateDep: true", "document 1.spec.propagateDep: is not a known field; did you mean 'propagateDeps'?")]
    [InlineData("operator: replace, value: mirror.example", "operator: replace", "overrideRules[0].overriders.imageOverrider[0].value: is missing")]
    [InlineData("name: house", "nam: house", "document 3.metadata.name: is missing")]
    public void Read_WhatIsNotSupported_IsToldWithItsPath(string right, string wrong, string message)
    {
        Text.Should().Contain(right);

        FluentActions.Invoking(() => KarmadaReader.Read(Text.Replace(right, wrong, StringComparison.Ordinal)))
            .Should().Throw<ApplicationYamlException>().Which.Problems.Select(p => p.ToString()).Should().Contain(text => text.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("a: [")]
    public void Read_SomethingElse_IsRefused(string text) => FluentActions.Invoking(() => KarmadaReader.Read(text)).Should().Throw<ApplicationYamlException>();
}

using System.Text.Json;
using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Applications;

public sealed class ApplicationYamlTests
{
    private const string Full = """
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: storefront}
        spec:
          namespace: shop
          placement:
            clusterAffinity: {clusterNames: [a, b], exclude: [c], labelSelector: {matchLabels: {tier: edge}, matchExpressions: [{key: region, operator: In, values: [eu]}]}}
            replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted, weightPreference: {staticWeightList: [{targetCluster: {clusterNames: [a]}, weight: 2}]}}
          overrides:
          - targetCluster: {labelSelector: {matchLabels: {provider: x}}}
            overriders: {imageOverrider: [{component: Registry, operator: replace, value: mirror.example}]}
          rollout:
            workflow: canary
            waves: [{name: edge, labelSelector: {matchLabels: {tier: edge}}, maxConcurrency: 1}, {name: core, clusterNames: [b], maxConcurrency: 50%}]
            steps: [{setWeight: 20}, {pause: {duration: 10s}}, {pause: {duration: 5}}, {setWeight: 50}]
            approval: {minApprovals: 1, roles: [release-manager], expiresAfter: 1h}
            progressDeadline: 2m
        """;

    private static readonly Gen<string[]?> GenNames = Make.GenName.Array[0, 3].Null();

    private static readonly Gen<LabelSelector> GenSelector = Gen.Select(
        Gen.Dictionary(Make.GenName, Make.GenName)[0, 2].Null(),
        Gen.Select(Make.GenName, Make.GenName.Array[1, 2], Gen.Bool)
            .Select((key, values, has) => has ? new LabelRequirement(key, "In", values) : new LabelRequirement(key, "Exists")).Array[0, 2].Null(),
        (labels, requirements) => new LabelSelector(labels, requirements));

    private static readonly Gen<ClusterAffinity> GenAffinity = Gen.Select(GenNames, GenNames, GenSelector.Null(), (names, exclude, selector) => new ClusterAffinity(names, exclude, selector));

    private static readonly Gen<TimeSpan> GenTime = Gen.Long[1, TimeSpan.TicksPerDay].Select(TimeSpan.FromTicks);

    private static readonly Gen<PlacementPolicy> GenPlacement = Gen.Select(GenAffinity, Gen.Bool, Gen.Select(GenAffinity, Gen.Int[0, 9], (a, w) => new StaticWeight(a, w)).Array[0, 3])
        .Select((affinity, divided, weights) => new PlacementPolicy
        {
            ClusterAffinity = affinity,
            ReplicaScheduling = divided ? ReplicaSchedulingType.Divided : ReplicaSchedulingType.Duplicated,
            StaticWeights = divided ? weights : [],
        });

    private static readonly Gen<ImageOverrider> GenOverrider = Gen.Select(Gen.Enum<ImageComponent>(), Gen.Bool, Make.GenName, Make.GenName.Null())
        .Select((component, add, value, container) => new ImageOverrider(component, add ? OverrideOperator.Add : OverrideOperator.Replace, value, container));

    private static readonly Gen<RolloutPolicy> GenRollout = Gen.Select(
        Gen.Select(GenSelector, GenNames, Gen.OneOf(Gen.Const((string?)null), Gen.Const((string?)"2"), Gen.Const((string?)"30%"))).Array[0, 3],
        Gen.Select(Gen.Int[1, 100], Gen.OneOf(Gen.Const(TimeSpan.Zero), GenTime)).Array[0, 4],
        Gen.Select(Gen.Int[1, 20], GenNames, GenTime.Nullable()).Select((min, roles, expires) => new ApprovalRequirement(min, roles, expires)).Null(),
        GenTime).Select((waves, steps, approval, deadline) => new RolloutPolicy
    {
        Workflow = "my.flow-1",
        Waves = waves.Select((w, i) => new Wave($"w{i}", w.Item1, w.Item2, w.Item3)).ToList(),
        Steps = steps.OrderBy(s => s.Item1).Select(s => new CanaryStep(s.Item1, s.Item2)).ToList(),
        Approval = approval,
        ProgressDeadline = deadline + TimeSpan.FromSeconds(1),
    });

    private static readonly Gen<Application> GenApplication = Gen.Select(
        Make.GenName, Make.GenName, GenPlacement, Gen.Select(GenAffinity, GenOverrider.Array[1, 3], (a, o) => new OverrideRule(a, o)).Array[0, 2], GenRollout)
        .Select((name, space, placement, overrides, rollout) => new Application { Name = name, Namespace = space, Placement = placement, Overrides = overrides, Rollout = rollout })
        .Select(
            Gen.Select(Gen.Enum<AdoptionRule>(), Gen.Enum<ConflictRule>(), Gen.Enum<RecreateRule>(), (adopt, conflicts, recreate) => new ApplyPolicy { Adopt = adopt, Conflicts = conflicts, Recreate = recreate }),
            Gen.Select(Make.GenName, Gen.Bool, Make.GenName.Array[0, 2], (path, recursive, values) => new SourceSpec { Path = path, Recursive = recursive, HelmValues = values }).Null(),
            (application, apply, source) => application with { Apply = apply, Source = source });

    [Fact]
    public void Parse_EveryField_IsRead()
    {
        var application = ApplicationYaml.Parse(Full);

        application.Should().BeEquivalentTo(new Application
        {
            Name = "storefront",
            Namespace = "shop",
            Placement = new PlacementPolicy
            {
                ClusterAffinity = new ClusterAffinity(
                    ["a", "b"], ["c"], new LabelSelector(new Dictionary<string, string> { ["tier"] = "edge" }, [new LabelRequirement("region", "In", ["eu"])])),
                ReplicaScheduling = ReplicaSchedulingType.Divided,
                StaticWeights = [new StaticWeight(new ClusterAffinity(["a"]), 2)],
            },
            Overrides =
            [
                new OverrideRule(
                    new ClusterAffinity(LabelSelector: new LabelSelector(new Dictionary<string, string> { ["provider"] = "x" })),
                    [new ImageOverrider(ImageComponent.Registry, OverrideOperator.Replace, "mirror.example")]),
            ],
            Rollout = new RolloutPolicy
            {
                Workflow = "canary",
                Waves =
                [
                    new Wave("edge", new LabelSelector(new Dictionary<string, string> { ["tier"] = "edge" }), null, "1"),
                    new Wave("core", null, ["b"], "50%"),
                ],
                Steps = [new CanaryStep(20, TimeSpan.FromSeconds(15)), new CanaryStep(50, TimeSpan.Zero)],
                Approval = new ApprovalRequirement(1, ["release-manager"], TimeSpan.FromHours(1)),
                ProgressDeadline = TimeSpan.FromMinutes(2),
            },
        });
    }

    [Fact]
    public void Parse_OnlyWhatIsNeeded_HasTheDefaults() =>
        ApplicationYaml.Parse("""{"apiVersion":"kairship.io/v1","kind":"Application","metadata":{"name":"a"},"spec":{"namespace":"b"}}""")
            .Should().BeEquivalentTo(new Application { Name = "a", Namespace = "b" });

    [Fact]
    public void Write_ReadBack_IsTheSame() => GenApplication.Sample(
        application => Text(ApplicationYaml.Parse(ApplicationYaml.Write(application))) == Text(application), print: ApplicationYaml.Write, iter: 300);

    [Fact]
    public void Write_Twice_GivesTheSameText() => GenApplication.Sample(
        application => ApplicationYaml.Write(ApplicationYaml.Parse(ApplicationYaml.Write(application))) == ApplicationYaml.Write(application), iter: 100);

    [Fact]
    public void Write_WhatCouldBeMistaken_IsQuoted()
    {
        var selector = new LabelSelector(new Dictionary<string, string> { ["on"] = "1.10", ["zone"] = "null", ["y"] = "" });

        var yaml = ApplicationYaml.Write(Make.Application() with { Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(LabelSelector: selector) } });

        yaml.Should().Contain("\"on\": \"1.10\"").And.Contain("zone: \"null\"").And.Contain("\"y\": \"\"");
        ApplicationYaml.Parse(yaml).Placement.ClusterAffinity.LabelSelector.Should().BeEquivalentTo(selector);
    }

    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "metadata: {name: storefront}", "metadata: {name: Storefront_1}", "metadata.name: 'Storefront_1' must be a DNS label" },
        { "metadata: {name: storefront}", "metadata: {nam: storefront}", "metadata.nam: is not a known field; did you mean 'name'?" },
        { "metadata: {name: storefront}", "metadata: {name: 5}", "metadata.name: must be a text, not 5; put it in quotes" },
        { "kind: Application", "kind: Deployment", "kind: is 'Deployment'; it must be 'Application'" },
        { "apiVersion: kairship.io/v1", "apiVersion: kairship.io/v2", "apiVersion: is 'kairship.io/v2'; it must be 'kairship.io/v1'" },
        { "namespace: shop", "namespaces: shop", "spec.namespace: is missing" },
        { "namespace: shop", "namespaces: shop", "spec.namespaces: is not a known field; did you mean 'namespace'?" },
        { "exclude: [c]", "exclude: c", "spec.placement.clusterAffinity.exclude: must be a list, not \"c\"" },
        { "operator: In", "operator: in", "matchExpressions[0].operator: 'in' is not one of In, NotIn, Exists, DoesNotExist" },
        { "operator: In, values: [eu]", "operator: In", "matchExpressions[0].values: is empty; In needs at least one value" },
        { "operator: In, values: [eu]", "operator: Exists, values: [eu]", "matchExpressions[0].values: has no meaning with Exists" },
        { "replicaSchedulingType: Divided", "replicaSchedulingType: Spread", "replicaSchedulingType: 'Spread' is not one of Duplicated, Divided" },
        { "replicaSchedulingType: Divided", "replicaSchedulingType: Duplicated", "weightPreference: has no effect with Duplicated" },
        { "replicaDivisionPreference: Weighted", "replicaDivisionPreference: Aggregated", "'Aggregated' is not supported" },
        { "weight: 2", "weight: -2", "staticWeightList[0].weight: is -2" },
        { "weight: 2", "weight: 2.5", "staticWeightList[0].weight: must be a whole number, not 2.5" },
        { "component: Registry", "component: Registri", "spec.overrides[0].overriders.imageOverrider[0].component: 'Registri' is not one of Registry, Repository, Tag" },
        { "operator: replace, value: mirror.example", "operator: replace", "imageOverrider[0].value: is missing" },
        { "operator: replace, value: mirror.example", "operator: remove, value: x", "imageOverrider[0].value: has no meaning with 'remove'" },
        { "value: mirror.example", "value: mirror example", "'mirror example' is not a registry" },
        { "name: edge, labelSelector: {matchLabels: {tier: edge}}", "name: edge", "spec.rollout.waves[0]: selects no cluster" },
        { "name: core", "name: edge", "spec.rollout.waves[1].name: 'edge' is the name of an earlier wave" },
        { "name: core", "name: rest", "spec.rollout.waves[1].name: 'rest' is the name of the last wave" },
        { "maxConcurrency: 50%", "maxConcurrency: half", "waves[1].maxConcurrency: 'half' is neither" },
        { "maxConcurrency: 1}", "maxConcurrency: 0}", "waves[0].maxConcurrency: '0' is neither" },
        { "setWeight: 50", "setWeight: 10", "spec.rollout.steps[2].setWeight: is 10, less than the 20 before it" },
        { "setWeight: 50", "setWeight: 101", "setWeight: is 101; it must be from 1 to 100" },
        { "setWeight: 50", "setWeigth: 50", "spec.rollout.steps[3].setWeigth: is not a known field; did you mean 'setWeight'?" },
        { "{setWeight: 20}, ", "", "spec.rollout.steps[0].pause: comes before any setWeight" },
        { "duration: 10s", "duration: ten", "spec.rollout.steps[1].pause.duration: 'ten' is not a duration such as 10s" },
        { "{duration: 10s}", "{}", "spec.rollout.steps[1].pause.duration: is missing" },
        { "minApprovals: 1", "minApprovals: 0", "spec.rollout.approval.minApprovals: is 0" },
        { "expiresAfter: 1h", "expiresAfter: 0s", "expiresAfter: must be longer than 0s" },
        { "progressDeadline: 2m", "progressDeadline: 2 minutes", "spec.rollout.progressDeadline: '2 minutes' is not a duration" },
        { "progressDeadline: 2m", "progressDeadline: 0s", "spec.rollout.progressDeadline: must be from 1s" },
        { "workflow: canary", "workflow: ca nary", "spec.rollout.workflow: 'ca nary' is not a workflow's id" },
        { "namespace: shop", "namespace: shop\n  namespace: shop", "the key 'namespace' is already given" },
        { "kind: Application", "kind: Application\n---\na: b", "has 2 documents" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Parse_AMistake_IsToldWithThePathOfItsField(string right, string wrong, string message)
    {
        Full.Should().Contain(right);

        FluentActions.Invoking(() => ApplicationYaml.Parse(Full.Replace(right, wrong, StringComparison.Ordinal)))
            .Should().Throw<ApplicationYamlException>().Which.Problems.Select(p => p.ToString()).Should().Contain(text => text.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_SeveralMistakes_AreAllTold()
    {
        var wrong = Full.Replace("setWeight: 50", "setWeight: 500", StringComparison.Ordinal).Replace("minApprovals: 1", "minApprovals: 0", StringComparison.Ordinal);

        FluentActions.Invoking(() => ApplicationYaml.Parse(wrong)).Should().Throw<ApplicationYamlException>().Which.Problems.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a")]
    [InlineData("text")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("spec: {}\nmetadata: []")]
    public void Parse_SomethingElse_IsRefused(string yaml) =>
        FluentActions.Invoking(() => ApplicationYaml.Parse(yaml)).Should().Throw<ApplicationYamlException>().Which.Problems.Should().NotBeEmpty();

    private static string Text(Application application) => JsonSerializer.Serialize(application);
}

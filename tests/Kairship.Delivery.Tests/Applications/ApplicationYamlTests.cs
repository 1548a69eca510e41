using System.Text.Json;
using System.Text.Json.Nodes;
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

    private static readonly Gen<FieldSelector> GenFields = Gen.Select(Gen.Int[0, 2], Gen.Bool, Make.GenName.Array[1, 2])
        .Select((key, isIn, values) => new LabelRequirement(FieldMatcher.Keys[key], isIn ? "In" : "NotIn", values)).Array[0, 2].Null().Select(requirements => new FieldSelector(requirements));

    private static readonly Gen<ClusterAffinity> GenAffinity = Gen.Select(
        GenNames, GenNames, GenSelector.Null(), GenFields.Null(), (names, exclude, selector, fields) => new ClusterAffinity(names, exclude, selector, fields));

    private static readonly Gen<TimeSpan> GenTime = Gen.Long[1, TimeSpan.TicksPerDay].Select(TimeSpan.FromTicks);

    private static readonly Gen<Toleration> GenToleration = Gen.Select(Make.GenName.Null(), Make.GenName.Null(), Gen.Bool, Gen.Long[0, 900].Nullable())
        .Select((key, value, evicts, seconds) => key is null || value is null
            ? new Toleration(key, TolerationOperator.Exists, null, evicts ? TaintEffect.NoExecute : null, seconds)
            : new Toleration(key, TolerationOperator.Equal, value, evicts ? null : TaintEffect.NoSchedule, evicts ? seconds : null));

    private static readonly Gen<SpreadConstraint[]> GenSpread = Gen.Select(Gen.Int[0, 4], Gen.Int[1, 3], Gen.Int[0, 4]).Select((count, min, more) =>
        new[] { SpreadField.Cluster, SpreadField.Region, SpreadField.Zone, SpreadField.Provider }[..count].Select(field => new SpreadConstraint(field, min, more == 0 ? 0 : min + more)).ToArray());

    private static readonly Gen<PlacementPolicy> GenPlacement = Gen.Select(
        GenAffinity, GenAffinity.Array[0, 2], GenToleration.Array[0, 2], GenSpread, Gen.Int[0, 3], Gen.Select(GenAffinity, Gen.Int[0, 9], (a, w) => new StaticWeight(a, w)).Array[0, 3])
        .Select((affinity, alternatives, tolerations, spread, mode, weights) => new PlacementPolicy
        {
            ClusterAffinity = alternatives.Length == 0 ? affinity : new ClusterAffinity(),
            ClusterAffinities = alternatives.Select((a, i) => new NamedAffinity($"Alternative_{i}", a)).ToList(),
            ClusterTolerations = tolerations,
            SpreadConstraints = spread,
            ReplicaScheduling = mode > 0 ? ReplicaSchedulingType.Divided : ReplicaSchedulingType.Duplicated,
            DivisionPreference = mode == 1 ? ReplicaDivisionPreference.Aggregated : ReplicaDivisionPreference.Weighted,
            DynamicWeight = mode == 2 ? DynamicWeight.AvailableReplicas : null,
            StaticWeights = mode == 3 ? weights : [],
        });

    private static readonly Gen<ImageOverrider> GenOverrider = Gen.Select(Gen.Enum<ImageComponent>(), Gen.Bool, Make.GenName, Make.GenName.Null(), Gen.Bool)
        .Select((component, add, value, container, byPath) => new ImageOverrider(component, add ? OverrideOperator.Add : OverrideOperator.Replace, value, byPath ? null : container) { Path = byPath ? "/spec/image" : null });

    private static readonly Gen<JsonNode> GenValue = Gen.OneOf(
        Make.GenName.Select(text => (JsonNode)text!), Gen.Int.Select(number => (JsonNode)number), Gen.Const((JsonNode)true), Make.GenName.Select(text => (JsonNode)new JsonObject { ["a"] = new JsonArray(text, 1) }));

    private static readonly Gen<PatchOverrider> GenPatch = Gen.Select(Gen.Enum<OverrideOperator>(), Make.GenName, GenValue)
        .Select((op, name, value) => new PatchOverrider($"/spec/{name}", op, op == OverrideOperator.Remove ? null : value));

    private static readonly Gen<OverrideRule> GenOverride = Gen.Select(
        GenAffinity, GenOverrider.Array[1, 3],
        Gen.Select(Make.GenName, Gen.Enum<OverrideOperator>(), Make.GenName.Array[1, 2], (c, o, v) => new ListOverrider(c, o, v)).Array[0, 2],
        Gen.Select(Gen.Enum<OverrideOperator>(), Gen.Dictionary(Make.GenName, Make.GenName)[1, 2], (o, v) => new MapOverrider(o, v)).Array[0, 2],
        Gen.Select(Make.GenName, Gen.Enum<FieldFormat>(), GenPatch.Array[1, 2], (f, format, patches) => new FieldOverrider($"/data/{f}", format, patches)).Array[0, 2],
        GenPatch.Array[0, 2],
        Gen.Select(Make.GenName.Null(), Gen.Enum<OverrideScope>(), Gen.Select(Make.GenName.Null(), GenSelector.Null(), (n, l) => new ObjectSelector("apps/v1", "Deployment", null, n, l)).Array[0, 2]))
        .Select((target, images, lists, maps, fields, patches, head) => new OverrideRule(target, images)
        {
            CommandOverriders = lists, ArgsOverriders = lists, LabelsOverriders = maps, AnnotationsOverriders = maps, FieldOverriders = fields, PlaintextOverriders = patches,
            Name = head.Item1, Scope = head.Item2, ResourceSelectors = head.Item3,
        });

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
        Make.GenName, Make.GenName, GenPlacement, GenOverride.Array[0, 2], GenRollout)
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
    public void Parse_KarmadasPlacementFields_AreRead()
    {
        var placement = ApplicationYaml.Parse("""
            apiVersion: kairship.io/v1
            kind: Application
            metadata: {name: a}
            spec:
              namespace: b
              placement:
                clusterAffinities:
                - {affinityName: near, fieldSelector: {matchExpressions: [{key: region, operator: In, values: [eu]}]}}
                - {affinityName: far, exclude: [x]}
                clusterTolerations: [{key: down, operator: Exists, effect: NoExecute, tolerationSeconds: 300}, {key: k, value: v}]
                spreadConstraints: [{spreadByField: region, minGroups: 2, maxGroups: 3}, {maxGroups: 6}]
                replicaScheduling: {replicaSchedulingType: Divided, weightPreference: {dynamicWeight: AvailableReplicas}}
            """).Placement;

        placement.Should().BeEquivalentTo(new PlacementPolicy
        {
            ClusterAffinities =
            [
                new NamedAffinity("near", new ClusterAffinity(FieldSelector: new FieldSelector([new LabelRequirement("region", "In", ["eu"])]))),
                new NamedAffinity("far", new ClusterAffinity(Exclude: ["x"])),
            ],
            ClusterTolerations = [new Toleration("down", TolerationOperator.Exists, null, TaintEffect.NoExecute, 300), new Toleration("k", TolerationOperator.Equal, "v")],
            SpreadConstraints = [new SpreadConstraint(SpreadField.Region, 2, 3), new SpreadConstraint(SpreadField.Cluster, 1, 6)],
            ReplicaScheduling = ReplicaSchedulingType.Divided,
            DynamicWeight = DynamicWeight.AvailableReplicas,
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
        { "replicaDivisionPreference: Weighted", "replicaDivisionPreference: Aggregated", "weightPreference: has no effect with Aggregated" },
        { "replicaDivisionPreference: Weighted", "replicaDivisionPreference: Packed", "'Packed' is not one of Weighted, Aggregated" },
        { "replicaSchedulingType: Divided, replicaDivisionPreference: Weighted", "replicaSchedulingType: Duplicated, replicaDivisionPreference: Aggregated", "replicaDivisionPreference: has no effect with Duplicated" },
        { "weightPreference: {", "weightPreference: {dynamicWeight: AvailableReplicas, ", "weightPreference.dynamicWeight: stands beside staticWeightList" },
        { "weightPreference: {", "weightPreference: {dynamicWeight: Free, ", "weightPreference.dynamicWeight: 'Free' is not one of AvailableReplicas" },
        { "exclude: [c]", "exclude: [c], fieldSelector: {matchExpressions: [{key: tier, operator: In, values: [a]}]}", "clusterAffinity.fieldSelector.matchExpressions[0].key: 'tier' is not one of provider, region, zone" },
        { "exclude: [c]", "exclude: [c], fieldSelector: {matchExpressions: [{key: zone, operator: Exists, values: [a]}]}", "matchExpressions[0].operator: 'Exists' is not one of In, NotIn" },
        { "exclude: [c]", "exclude: [c], fieldSelector: {matchExpressions: [{key: zone, operator: In}]}", "matchExpressions[0].values: is empty" },
        { "    replicaScheduling:", "    clusterAffinities: [{affinityName: x}]\n    replicaScheduling:", "spec.placement.clusterAffinities: stands beside clusterAffinity" },
        { "    replicaScheduling:", "    clusterTolerations: [{operator: Equal}]\n    replicaScheduling:", "clusterTolerations[0].operator: must be Exists when there is no key" },
        { "    replicaScheduling:", "    clusterTolerations: [{key: a, operator: Exists, value: b}]\n    replicaScheduling:", "clusterTolerations[0].value: has no meaning with Exists" },
        { "    replicaScheduling:", "    clusterTolerations: [{key: a, effect: NoSchedule, tolerationSeconds: 5}]\n    replicaScheduling:", "clusterTolerations[0].tolerationSeconds: has no meaning with NoSchedule" },
        { "    replicaScheduling:", "    spreadConstraints: [{spreadByField: zone}]\n    replicaScheduling:", "spreadConstraints[0].spreadByField: 'zone' stands alone" },
        { "    replicaScheduling:", "    spreadConstraints: [{spreadByField: region, minGroups: 3, maxGroups: 2}]\n    replicaScheduling:", "spreadConstraints[0].maxGroups: is 2; it must be from minGroups (3)" },
        { "    replicaScheduling:", "    spreadConstraints: [{spreadByField: region, minGroups: 0}]\n    replicaScheduling:", "spreadConstraints[0].minGroups: is 0" },
        { "    replicaScheduling:", "    spreadConstraints: [{}, {}]\n    replicaScheduling:", "spreadConstraints[1].spreadByField: 'cluster' is in an earlier constraint" },
        { "    replicaScheduling:", "    spreadConstraints: [{maxGroups: 2}, {spreadByField: region, minGroups: 3}]\n    replicaScheduling:", "spreadConstraints: want at least 3 regions with at most 2 clusters" },
        { "    replicaScheduling:", "    spreadConstraints: [{spreadByLabel: rack}]\n    replicaScheduling:", "spreadConstraints[0].spreadByLabel: is not supported" },
        { "overriders: {imageOverrider: [{component: Registry, operator: replace, value: mirror.example}]}", "overriders: {}", "spec.overrides[0].overriders: is empty" },
        { "overriders: {", "overriders: {plaintext: [{path: spec, operator: remove}], ", "spec.overrides[0].overriders.plaintext[0].path: 'spec' is not a JSON pointer" },
        { "overriders: {", "overriders: {plaintext: [{path: /metadata/name, operator: replace, value: x}], ", "plaintext[0].path: '/metadata/name' is what names an object" },
        { "overriders: {", "overriders: {plaintext: [{path: /spec/x, operator: add}], ", "plaintext[0].value: is missing: 'add' needs one" },
        { "overriders: {", "overriders: {plaintext: [{path: /spec/x, operator: remove, value: 1}], ", "plaintext[0].value: has no meaning with 'remove'" },
        { "overriders: {", "overriders: {commandOverrider: [{containerName: c, operator: add}], ", "commandOverrider[0].value: is empty" },
        { "overriders: {", "overriders: {labelsOverrider: [{operator: add, value: {a b: c}}], ", "labelsOverrider[0].value['a b']: 'a b' is not a key" },
        { "overriders: {", "overriders: {labelsOverrider: [{operator: add, value: {a: c d}}], ", "labelsOverrider[0].value['a']: 'c d' is not a label's value" },
        { "overriders: {", "overriders: {fieldOverrider: [{fieldPath: /data/x}], ", "fieldOverrider[0].json: or yaml says what changes" },
        { "weight: 2", "weight: -2", "staticWeightList[0].weight: is -2" },
        { ", weight: 2}", "}", "staticWeightList[0].weight: is missing; it must be a whole number" },
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

using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Overrides;

public sealed class OverridersTests
{
    private static readonly ClusterFacts Cluster = Make.Cluster("a");
    private static readonly OverrideRule Rule = new(new ClusterAffinity(), []);

    private static readonly Manifest Web = Make.Yaml("""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web, tier: old}, annotations: {a: '1'}}
        spec:
          strategy: {type: Recreate}
          template: {spec: {containers: [{name: c, image: 'app:1', command: [run, --slow], args: [x, 'y', x]}], tolerations: [{key: a}, {key: b}]}}
        """)[0];

    private static readonly Manifest Config = Make.Yaml("""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: config}
        data: {app.json: '{"db":{"host":"old","port":1}}', app.yaml: "db:\n  host: old\nlist: [1]\n", plain: text}
        """)[0];

    [Theory]
    [InlineData(OverrideOperator.Add, "--fast", "run --slow --fast")]
    [InlineData(OverrideOperator.Remove, "--slow", "run")]
    [InlineData(OverrideOperator.Remove, "--none", "run --slow")]
    [InlineData(OverrideOperator.Replace, "other --x", "other --x")]
    public void Command_Table(OverrideOperator op, string value, string expected) =>
        Texts(One(Rule with { CommandOverriders = [new ListOverrider("c", op, value.Split(' '))] }).At("spec/template/spec/containers/0/command")).Should().Be(expected);

    [Theory]
    [InlineData(OverrideOperator.Add, "z", "x y x z")]
    [InlineData(OverrideOperator.Remove, "x", "y")]
    public void Args_Table(OverrideOperator op, string value, string expected) =>
        Texts(One(Rule with { ArgsOverriders = [new ListOverrider("c", op, [value])] }).At("spec/template/spec/containers/0/args")).Should().Be(expected);

    [Theory]
    [InlineData(OverrideOperator.Add, "tier", "new", "app=web tier=new")]
    [InlineData(OverrideOperator.Add, "zone", "x", "app=web tier=old zone=x")]
    [InlineData(OverrideOperator.Replace, "tier", "new", "app=web tier=new")]
    [InlineData(OverrideOperator.Replace, "zone", "x", "app=web tier=old")]
    [InlineData(OverrideOperator.Remove, "tier", "whatever", "app=web")]
    [InlineData(OverrideOperator.Remove, "zone", "x", "app=web tier=old")]
    public void Labels_Table(OverrideOperator op, string key, string value, string expected)
    {
        var changed = One(Rule with { LabelsOverriders = [new MapOverrider(op, new Dictionary<string, string> { [key] = value })] });

        string.Join(' ', changed.At("metadata/labels")!.AsObject().OrderBy(l => l.Key).Select(l => $"{l.Key}={l.Value}")).Should().Be(expected);
    }

    [Fact]
    public void Annotations_WhereThereAreNone_AreMade() =>
        Apply([Config], Rule with { AnnotationsOverriders = [new MapOverrider(OverrideOperator.Add, new Dictionary<string, string> { ["x"] = "y" })] })[0]
            .At("metadata/annotations/x")!.ToString().Should().Be("y");

    [Theory]
    [InlineData("app.json", FieldFormat.Json, OverrideOperator.Replace, "/db/host", "\"new\"", """{"db":{"host":"new","port":1}}""")]
    [InlineData("app.json", FieldFormat.Json, OverrideOperator.Add, "/db/user", "{\"n\":1}", """{"db":{"host":"old","port":1,"user":{"n":1}}}""")]
    [InlineData("app.json", FieldFormat.Json, OverrideOperator.Remove, "/db", null, "{}")]
    [InlineData("app.yaml", FieldFormat.Yaml, OverrideOperator.Replace, "/db/host", "\"new\"", "db:\n  host: new\nlist:\n- 1\n")]
    [InlineData("app.yaml", FieldFormat.Yaml, OverrideOperator.Add, "/list/-", "2", "db:\n  host: old\nlist:\n- 1\n- 2\n")]
    public void Field_Table(string file, FieldFormat format, OverrideOperator op, string subPath, string? value, string expected)
    {
        var overrider = new FieldOverrider($"/data/{file}", format, [new PatchOverrider(subPath, op, value is null ? null : JsonNode.Parse(value))]);

        Apply([Config], Rule with { FieldOverriders = [overrider] })[0].Json["data"]![file]!.ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData("plain", FieldFormat.Json, "/a", "ConfigMap/config: the text at /data/plain is not JSON*")]
    [InlineData("plain", FieldFormat.Yaml, "/a", "ConfigMap/config: the override of /data/plain needs a text there that is an object in YAML.")]
    [InlineData("app.json", FieldFormat.Json, "/db/user/name", "ConfigMap/config: the override of /data/app.json cannot replace /db/user/name: there is no such place*")]
    [InlineData("none", FieldFormat.Json, "/a", "The override without a name wants the field /data/none, which none of the objects that it is for has*")]
    public void Field_WhatDoesNotFit_IsRefused(string file, FieldFormat format, string subPath, string message) => FluentActions
        .Invoking(() => Apply([Web, Config], Rule with { FieldOverriders = [new FieldOverrider($"/data/{file}", format, [new PatchOverrider(subPath, OverrideOperator.Replace, 1)])] }))
        .Should().Throw<ManifestException>().WithMessage(message);

    [Theory]
    [InlineData(OverrideOperator.Replace, "/spec/strategy/type", "\"RollingUpdate\"", "spec/strategy/type", "RollingUpdate")]
    [InlineData(OverrideOperator.Add, "/spec/template/spec/tolerations/1", "{\"key\":\"x\"}", "spec/template/spec/tolerations/1/key", "x")]
    [InlineData(OverrideOperator.Add, "/spec/template/spec/tolerations/-", "{\"key\":\"x\"}", "spec/template/spec/tolerations/2/key", "x")]
    [InlineData(OverrideOperator.Remove, "/spec/template/spec/tolerations/0", null, "spec/template/spec/tolerations/0/key", "b")]
    [InlineData(OverrideOperator.Add, "/metadata/annotations/example.org~1x", "\"y\"", "metadata/annotations/example.org~x", "y")]
    public void Plaintext_Table(OverrideOperator op, string path, string? value, string at, string expected) =>
        One(Rule with { PlaintextOverriders = [new PatchOverrider(path, op, value is null ? null : JsonNode.Parse(value))] }).At(at)!.ToString().Should().Be(expected);

    [Fact]
    public void Plaintext_ActsWhereThePlaceIs_AndIsRefusedWhereNobodyHasIt()
    {
        var rule = Rule with { PlaintextOverriders = [new PatchOverrider("/spec/strategy", OverrideOperator.Remove)], Name = "calm" };

        var applied = Apply([Web, Config], rule);
        applied[0].At("spec/strategy").Should().BeNull();
        applied[1].Should().BeSameAs(Config);
        FluentActions.Invoking(() => Apply([Config], rule)).Should().Throw<ManifestException>().WithMessage("The override calm wants the place /spec/strategy*");
        Web.At("spec/strategy").Should().NotBeNull("the input is never changed");
    }

    [Fact]
    public void Plaintext_OfReplicas_IsThePlacementsBusiness() => FluentActions
        .Invoking(() => One(Rule with { PlaintextOverriders = [new PatchOverrider("/spec/replicas", OverrideOperator.Add, 3)] }))
        .Should().Throw<ManifestException>().WithMessage("Deployment/web: an override cannot set /spec/replicas: the placement decides*");

    [Fact]
    public void Overriders_ActInKarmadasOrder()
    {
        // Each later one sees what the one before made.
        var trace = OverrideApplier.Trace(
            [Web, Config],
            [
                new OverrideRule(new ClusterAffinity(), [new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "2")])
                {
                    PlaintextOverriders = [new PatchOverrider("/spec/template/spec/containers/0/image", OverrideOperator.Replace, "last:9"), new PatchOverrider("/data/plain", OverrideOperator.Replace, "z")],
                    FieldOverriders = [new FieldOverrider("/data/app.json", FieldFormat.Json, [new PatchOverrider("/db/port", OverrideOperator.Replace, 2)])],
                    AnnotationsOverriders = [new MapOverrider(OverrideOperator.Replace, new Dictionary<string, string> { ["a"] = "2" })],
                    LabelsOverriders = [new MapOverrider(OverrideOperator.Remove, new Dictionary<string, string> { ["tier"] = "" })],
                    ArgsOverriders = [new ListOverrider("c", OverrideOperator.Replace, [])],
                    CommandOverriders = [new ListOverrider("c", OverrideOperator.Add, ["z"])],
                },
            ],
            Cluster);

        trace.Effects.Select(e => $"{e.Ref.Kind} {e.Overrider}").Should().Equal(
            "Deployment imageOverrider", "Deployment commandOverrider", "Deployment argsOverrider", "Deployment labelsOverrider", "Deployment annotationsOverrider", "Deployment plaintext",
            "ConfigMap fieldOverrider", "ConfigMap plaintext");
        trace.Effects[0].Changes.Should().ContainSingle().Which.After.Should().Contain("app:2");
        trace.Manifests[0].At("spec/template/spec/containers/0/image")!.ToString().Should().Be("last:9");
    }

    [Fact]
    public void Rules_ClusterScopeFirstThenTheLeastSpecific_SoThatTheMostSpecificHasTheLastWord()
    {
        OverrideRule Sets(string name, OverrideScope scope, params ObjectSelector[] objects) => Rule with
        {
            Name = name, Scope = scope, ResourceSelectors = objects,
            AnnotationsOverriders = [new MapOverrider(OverrideOperator.Add, new Dictionary<string, string> { [name] = "" })],
        };
        ObjectSelector all = new("apps/v1", "Deployment"), byName = all with { Name = "web" }, byLabel = all with { LabelSelector = new LabelSelector(new Dictionary<string, string> { ["app"] = "web" }) };
        OverrideRule[] rules =
        [
            Sets("g", OverrideScope.Namespaced, byName), Sets("f", OverrideScope.Namespaced, byLabel), Sets("e", OverrideScope.Namespaced, all, byLabel), Sets("d", OverrideScope.Namespaced, all),
            Sets("c", OverrideScope.Namespaced), Sets("b", OverrideScope.Cluster, byName), Sets("a", OverrideScope.Cluster),
            Sets("x", OverrideScope.Namespaced, all with { Name = "other" }), Sets("y", OverrideScope.Namespaced, new ObjectSelector("v1", "ConfigMap")),
        ];

        OverrideApplier.Trace([Web], rules, Cluster).Effects.Select(e => e.Rule).Should().Equal("a", "b", "c", "d", "e", "f", "g");
        OverrideApplier.Trace([Web], rules.Reverse().ToList(), Cluster).Effects.Select(e => e.Rule).Should().Equal("a", "b", "c", "d", "e", "f", "g");
    }

    [Fact]
    public void Trace_OfASecret_ShowsNoValue()
    {
        var secret = Make.Yaml("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}")[0];

        var effects = OverrideApplier.Trace([secret], [Rule with { PlaintextOverriders = [new PatchOverrider("/stringData/password", OverrideOperator.Replace, "other7")] }], Cluster).Effects;

        effects.Should().ContainSingle().Which.Changes.Should().ContainSingle();
        effects[0].ToString().Should().NotContain("hunter2");
        string.Join(' ', effects[0].Changes).Should().NotContain("hunter2").And.NotContain("other7");
    }

    [Fact]
    public void Image_ByPath_ChangesWhatIsNoPodTemplate()
    {
        var custom = Make.Yaml("apiVersion: x.example/v1\nkind: Engine\nmetadata: {name: e}\nspec: {image: 'app:1'}");
        var rule = new OverrideRule(new ClusterAffinity(), [new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "2") { Path = "/spec/image" }]);

        Apply(custom, rule)[0].At("spec/image")!.ToString().Should().Be("app:2");
        FluentActions.Invoking(() => Apply([Config], rule)).Should().Throw<ManifestException>().WithMessage("*wants the image at /spec/image*");
    }

    private static Manifest One(OverrideRule rule) => Apply([Web], rule)[0];

    private static IReadOnlyList<Manifest> Apply(IReadOnlyList<Manifest> manifests, OverrideRule rule) => OverrideApplier.Apply(manifests, [rule], Cluster);

    private static string Texts(JsonNode? list) => string.Join(' ', list!.AsArray().Select(t => t!.ToString()));
}

using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Patching;

/// <summary>application/strategic-merge-patch+json: lists by key, and the directives.</summary>
public abstract class StrategicPatchCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Deployment = """
        {"metadata":{"name":"web"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{
          "containers":[{"name":"c","image":"i:1","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"args":["x"]}],
          "tolerations":[{"key":"a","operator":"Exists"}],"volumes":[{"name":"v","emptyDir":{}}]}}}}
        """;

    [Theory]
    [InlineData("an element changes, a new one follows", """{"env":[{"name":"B","value":"3"},{"name":"C","value":"4"}]}""", "env", "A=1 B=3 C=4")]
    [InlineData("a new element comes before those that the patch does not name", """{"env":[{"name":"Z","value":"9"}]}""", "env", "Z=9 A=1 B=2")]
    [InlineData("an element is deleted", """{"env":[{"name":"A","$patch":"delete"}]}""", "env", "B=2")]
    [InlineData("deleting what is not there", """{"env":[{"name":"Q","$patch":"delete"}]}""", "env", "A=1 B=2")]
    [InlineData("the list is replaced", """{"env":[{"name":"Z","value":"9"},{"$patch":"replace"}]}""", "env", "Z=9")]
    [InlineData("the directive in any element replaces the list", """{"env":[{"name":"A","$patch":"replace"},{"name":"Y","value":"1"}]}""", "env", "Y=1")]
    [InlineData("the order is set", """{"$setElementOrder/env":[{"name":"B"},{"name":"A"}],"env":[{"name":"A","value":"5"}]}""", "env", "B=2 A=5")]
    [InlineData("the order is set, nothing else", """{"$setElementOrder/env":[{"name":"B"},{"name":"A"}]}""", "env", "B=2 A=1")]
    [InlineData("the order names some", """{"$setElementOrder/env":[{"name":"N"},{"name":"B"}],"env":[{"name":"N","value":"0"}]}""", "env", "N=0 A=1 B=2")]
    [InlineData("a list without a key is replaced", """{"args":["a","b"]}""", "args", "a b")]
    public async Task StrategicPatch_OfAContainer_MergesItsLists(string what, string patch, string field, string expected)
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);
        var container = JsonNode.Parse(patch)!.AsObject();
        container["name"] = "c";

        var reply = await PatchAsync(In("apps/v1", "deployments/web"), Template(new JsonObject { ["containers"] = new JsonArray(container) }), "strategic");

        reply.Code.Should().Be(200, "{0}: {1}", what, reply.Text);
        Show(Spec(reply)["containers"]![0]![field]!).Should().Be(expected, what);
    }

    [Fact]
    public async Task StrategicPatch_NewContainer_KeepsTheOthers()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        var reply = await PatchAsync(In("apps/v1", "deployments/web"), """{"spec":{"template":{"spec":{"containers":[{"name":"d","image":"j:1"},{"name":"d","image":"j:2"}]}}}}""", "strategic");

        Spec(reply)["containers"]!.AsArray().Select(c => $"{c!["name"]} {c["image"]}").Should().Equal("d j:2", "c i:1");
    }

    [Fact]
    public async Task StrategicPatch_PortsMergeByNumber_TolerationsAreReplaced()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        var reply = await PatchAsync(
            In("apps/v1", "deployments/web"),
            """{"spec":{"template":{"spec":{"containers":[{"name":"c","ports":[{"containerPort":81}]}],"tolerations":[{"key":"b","operator":"Exists"}]}}}}""",
            "strategic");

        Spec(reply)["containers"]![0]!["ports"]!.AsArray().Select(p => (int)p!["containerPort"]!).Should().Equal(81, 80);
        Spec(reply)["tolerations"]!.AsArray().Select(t => (string)t!["key"]!).Should().Equal("b");
    }

    [Fact]
    public async Task StrategicPatch_RetainKeys_ClearsTheOtherHalfOfAUnion()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);
        var path = In("apps/v1", "deployments/web");

        (await PatchAsync(path, """{"spec":{"strategy":{"type":"Recreate"}}}""", "strategic")).ShouldBeStatus(
            422, "Invalid", "Deployment.apps \"web\" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'");
        (await PatchAsync(path, """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""", "strategic")).Json["spec"]!["strategy"]!.ToJsonString()
            .Should().Be("""{"type":"Recreate"}""");
        (await PatchAsync(path, """{"spec":{"template":{"spec":{"volumes":[{"name":"v","configMap":{"name":"x"}}]}}}}""", "strategic")).ShouldBeStatus(
            422, "Invalid", "Deployment.apps \"web\" is invalid: spec.template.spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type");
        var volumes = Spec(await PatchAsync(
            path, """{"spec":{"template":{"spec":{"volumes":[{"name":"v","$retainKeys":["name","configMap"],"configMap":{"name":"x"}}]}}}}""", "strategic"))["volumes"]!;
        volumes[0]!.AsObject().Select(p => p.Key).Should().BeEquivalentTo("name", "configMap");
        (await PatchAsync(path, """{"spec":{"strategy":{"$retainKeys":"type"}}}""", "strategic")).ShouldBeStatus(400, "BadRequest", "invalid patch format of retainKeys");
    }

    [Fact]
    public async Task StrategicPatch_PrimitiveLists_MergeAndDelete()
    {
        await CreateConfigMapAsync("a", "\"finalizers\":[\"x.io/a\",\"x.io/b\"]");
        var path = In("configmaps/a");

        (await PatchAsync(path, """{"metadata":{"finalizers":["x.io/c"]}}""", "strategic")).Metadata["finalizers"]!.ToJsonString()
            .Should().Be("""["x.io/c","x.io/a","x.io/b"]""");
        (await PatchAsync(path, """{"metadata":{"$deleteFromPrimitiveList/finalizers":["x.io/a"],"$setElementOrder/finalizers":["x.io/b","x.io/c"]}}""", "strategic"))
            .Metadata["finalizers"]!.ToJsonString().Should().Be("""["x.io/b","x.io/c"]""");
        (await PatchAsync(path, """{"metadata":{"finalizers":null}}""", "strategic")).Metadata.ContainsKey("finalizers").Should().BeFalse();
    }

    [Fact]
    public async Task StrategicPatch_MapDirectives_ReplaceAndDelete()
    {
        await CreateConfigMapAsync("a", "\"annotations\":{\"a\":\"1\",\"b\":\"2\"},\"labels\":{\"x\":\"1\",\"y\":\"2\"}");
        var path = In("configmaps/a");

        (await PatchAsync(path, """{"metadata":{"labels":{"x":null,"z":"3"}}}""", "strategic")).Metadata["labels"]!.ToJsonString().Should().Be("""{"y":"2","z":"3"}""");
        (await PatchAsync(path, """{"metadata":{"annotations":{"$patch":"replace","c":"3"}}}""", "strategic")).Metadata["annotations"]!.ToJsonString().Should().Be("""{"c":"3"}""");
        (await PatchAsync(path, """{"metadata":{"annotations":{"$patch":"delete"}}}""", "strategic")).Metadata.ContainsKey("annotations").Should().BeFalse();
    }

    [Theory]
    [InlineData("""{"containers":[{"image":"x"}]}""", "map: map[image:x] does not contain declared merge key: name")]
    [InlineData("""{"containers":[{"name":"c","$patch":"frob"}]}""", "unknown patch type: frob in map: map[$patch:frob name:c]")]
    [InlineData("""{"$setElementOrder/containers":[{"name":"d"}],"containers":[{"name":"c","image":"x:2"}]}""",
        "The order in patch list:\n[map[image:x:2 name:c]]\n doesn't match $setElementOrder list:\n[map[name:d]]\n")]
    public async Task StrategicPatch_ThatContradictsItself_IsAnErrorWithoutReason(string spec, string message)
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        (await PatchAsync(In("apps/v1", "deployments/web"), Template(JsonNode.Parse(spec)!.AsObject()), "strategic")).ShouldBeStatus(500, "", message);
    }

    [Fact]
    public async Task StrategicPatch_OfAWrongType_IsInvalidAtThePatch()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        var reply = await PatchAsync(In("apps/v1", "deployments/web"), """{"spec":{"replicas":"x"}}""", "strategic");

        (reply.Code, reply.Reason).Should().Be((422, "Invalid"));
        reply.Message.Should().StartWith(" \"\" is invalid: patch: Invalid value: ");
    }

    [Fact]
    public async Task StrategicPatch_OfServicePorts_MergesByPort()
    {
        await CreateAsync(In("services"), """{"metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"port":80}]}}""");
        var path = In("services/s");

        (await PatchAsync(path, """{"spec":{"ports":[{"port":81,"name":"b"}]}}""", "strategic")).ShouldBeStatus(
            422, "Invalid", "Service \"s\" is invalid: spec.ports[1].name: Required value");
        (await PatchAsync(path, """{"spec":{"ports":[{"port":80,"name":"a"},{"port":81,"name":"b"}]}}""", "strategic")).Json["spec"]!["ports"]!.AsArray()
            .Select(p => $"{p!["name"]}={p["port"]}/{p["protocol"]}").Should().Equal("a=80/TCP", "b=81/TCP");
    }

    private static string Template(JsonObject spec) =>
        new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = spec } } }.ToJsonString();

    private static JsonObject Spec(Reply reply) => reply.Json["spec"]?["template"]?["spec"]?.AsObject() ?? throw new InvalidOperationException(reply.Text);

    private static string Show(JsonNode list) => string.Join(' ', list.AsArray().Select(i => i is JsonObject o ? $"{o["name"]}={o["value"]}" : (string)i!));
}

public sealed class SimulatedStrategicPatches(SimulatedServer server) : StrategicPatchCases(server);

public sealed class RealStrategicPatches(RealServer server) : StrategicPatchCases(server);

namespace Kairship.Simulator.Tests.Conformance.Patching;

/// <summary>application/json-patch+json.</summary>
public abstract class JsonPatchCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Refusal = "the server rejected our request due to an error in our request";

    [Theory]
    [InlineData("add", """[{"op":"add","path":"/data/a","value":"1"}]""", """{"a":"1","k":"v"}""")]
    [InlineData("replace", """[{"op":"replace","path":"/data/k","value":"1"}]""", """{"k":"1"}""")]
    [InlineData("replace of what is missing adds it", """[{"op":"replace","path":"/data/a","value":"1"}]""", """{"a":"1","k":"v"}""")]
    [InlineData("remove", """[{"op":"add","path":"/data/a","value":"1"},{"op":"remove","path":"/data/k"}]""", """{"a":"1"}""")]
    [InlineData("move", """[{"op":"move","from":"/data/k","path":"/data/a"}]""", """{"a":"v"}""")]
    [InlineData("copy", """[{"op":"copy","from":"/data/k","path":"/data/a"}]""", """{"a":"v","k":"v"}""")]
    [InlineData("test holds", """[{"op":"test","path":"/data/k","value":"v"},{"op":"add","path":"/data/a","value":"1"}]""", """{"a":"1","k":"v"}""")]
    [InlineData("test for null where nothing is", """[{"op":"test","path":"/data/x","value":null},{"op":"add","path":"/data/a","value":"1"}]""", """{"a":"1","k":"v"}""")]
    [InlineData("add over what is there", """[{"op":"add","path":"/data/k","value":"2"}]""", """{"k":"2"}""")]
    public async Task JsonPatch_Operation_ChangesTheData(string what, string patch, string data)
    {
        await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a"), patch, "json");

        reply.Code.Should().Be(200, "{0}: {1}", what, reply.Text);
        Sorted(reply.Json["data"]!).Should().Be(data);
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/data/k","value":"other"}]""")]
    [InlineData("""[{"op":"test","path":"/data/x","value":"v"}]""")]
    [InlineData("""[{"op":"test","path":"/none/x","value":"v"}]""")]
    [InlineData("""[{"op":"remove","path":"/data/x"}]""")]
    [InlineData("""[{"op":"remove","path":"/none/x"}]""")]
    [InlineData("""[{"op":"replace","path":"/none/x","value":"v"}]""")]
    [InlineData("""[{"op":"add","path":"/none/x","value":"v"}]""")]
    [InlineData("""[{"op":"add","path":"/metadata/finalizers","value":["x.io/a"]},{"op":"add","path":"/metadata/finalizers/5","value":"x.io/b"}]""")]
    [InlineData("""[{"op":"move","from":"/data/x","path":"/data/z"}]""")]
    [InlineData("""[{"op":"frob","path":"/data/k","value":"v"}]""")]
    [InlineData("""[{"path":"/data/k","value":"v"}]""")]
    [InlineData("""[{"op":"add","value":"v"}]""")]
    [InlineData("""[{"op":"copy","path":"/data/k"}]""")]
    [InlineData("""[{"op":"remove","path":""}]""")]
    public async Task JsonPatch_OperationThatCannotBeDone_IsInvalidAndChangesNothing(string patch)
    {
        var before = await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), patch, "json")).ShouldBeStatus(422, "Invalid", Refusal);

        (await GetAsync(In("configmaps/a"))).ResourceVersion.Should().Be(before.ResourceVersion);
    }

    [Theory]
    [InlineData("""{"op":"add"}""", "json: cannot unmarshal object into Go value of type jsonpatch.Patch")]
    [InlineData("""["x"]""", "json: cannot unmarshal string into Go value of type jsonpatch.Operation")]
    public async Task JsonPatch_ThatIsNoListOfOperations_IsABadRequest(string patch, string message)
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), patch, "json")).ShouldBeStatus(400, "BadRequest", message);
    }

    [Fact]
    public async Task JsonPatch_OfLists_CountsFromEitherEnd()
    {
        await CreateConfigMapAsync("a");

        var reply = await PatchAsync(
            In("configmaps/a"),
            """
            [{"op":"add","path":"/metadata/finalizers","value":["x.io/a","x.io/b"]},{"op":"add","path":"/metadata/finalizers/0","value":"x.io/first"},
             {"op":"add","path":"/metadata/finalizers/-","value":"x.io/last"},{"op":"remove","path":"/metadata/finalizers/-2"}]
            """,
            "json");

        reply.Metadata["finalizers"]!.ToJsonString().Should().Be("""["x.io/first","x.io/a","x.io/last"]""");
        await PatchAsync(In("configmaps/a"), """[{"op":"remove","path":"/metadata/finalizers"}]""", "json");
    }

    [Fact]
    public async Task JsonPatch_EscapedPath_FindsTheKey()
    {
        await CreateConfigMapAsync("a", "\"annotations\":{\"x.io/y\":\"1\"}");

        var reply = await PatchAsync(
            In("configmaps/a"), """[{"op":"replace","path":"/metadata/annotations/x.io~1y","value":"2"}]""", "json");

        reply.Metadata["annotations"]!.ToJsonString().Should().Be("""{"x.io/y":"2"}""");
    }

    [Fact]
    public async Task JsonPatch_OfAField_ToAWrongType_IsInvalidAtThePatch()
    {
        await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a"), """[{"op":"replace","path":"/data/k","value":5}]""", "json");

        reply.Code.Should().Be(422);
        reply.Reason.Should().Be("Invalid");
        reply.Message.Should().StartWith(" \"\" is invalid: patch: Invalid value: \"{");
        reply.Details["causes"]!.AsArray().Should().ContainSingle().Which!["field"]!.GetValue<string>().Should().Be("patch");
    }

    [Fact]
    public async Task JsonPatch_OfAMissingObject_IsNotFound() =>
        (await PatchAsync(In("configmaps/none"), "[]", "json")).ShouldBeStatus(404, "NotFound", "configmaps \"none\" not found");

    [Fact]
    public async Task JsonPatch_WithoutEffect_KeepsTheResourceVersion()
    {
        var before = await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), """[{"op":"test","path":"/data/k","value":"v"}]""", "json")).ResourceVersion.Should().Be(before.ResourceVersion);
    }

    [Fact]
    public async Task JsonPatch_OfTheResourceVersion_IsAPrecondition()
    {
        var first = await CreateConfigMapAsync("a");
        var second = await PatchAsync(In("configmaps/a"), """{"data":{"k":"w"}}""");

        string Patch(string version) => $$"""[{"op":"replace","path":"/metadata/resourceVersion","value":"{{version}}"},{"op":"add","path":"/data/z","value":"1"}]""";
        (await PatchAsync(In("configmaps/a"), Patch(first.ResourceVersion), "json")).ShouldBeStatus(
            409, "Conflict", "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again");
        (await PatchAsync(In("configmaps/a"), Patch(second.ResourceVersion), "json")).Code.Should().Be(200);
    }

    private static string Sorted(System.Text.Json.Nodes.JsonNode data) =>
        "{" + string.Join(',', data.AsObject().OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"\"{p.Key}\":{p.Value!.ToJsonString()}")) + "}";
}

public sealed class SimulatedJsonPatches(SimulatedServer server) : JsonPatchCases(server);

public sealed class RealJsonPatches(RealServer server) : JsonPatchCases(server);

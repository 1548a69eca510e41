using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Definitions;

/// <summary>Custom resources: validation word for word, pruning, defaults, nulls, subresources, columns.</summary>
public abstract class CustomResourceCases(ConformanceServer server) : ConformanceCases(server), IAsyncLifetime
{
    private const string Schema = """
        {"type":"object","required":["spec"],"properties":{
          "spec":{"type":"object","required":["size"],"properties":{
            "size":{"type":"integer","minimum":1,"maximum":10},"mode":{"type":"string","enum":["a","b"],"default":"a"},
            "name":{"type":"string","pattern":"^[a-z]+$","minLength":2,"maxLength":5},"port":{"x-kubernetes-int-or-string":true},
            "ratio":{"type":"number","minimum":0,"exclusiveMinimum":true},"flag":{"type":"boolean"},"opt":{"type":"string","nullable":true},
            "deft":{"type":"object","default":{},"properties":{"x":{"type":"integer","default":7}}},
            "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"k":{"type":"string"}}},
            "items":{"type":"array","minItems":1,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
                     "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"v":{"type":"integer"}}}},
            "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},
            "when":{"type":"string","format":"date-time"},"ip":{"type":"string","format":"ipv4"},
            "one":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"oneOf":[{"required":["a"]},{"required":["b"]}]},
            "emb":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true},"replicas":{"type":"integer"}}},
          "status":{"type":"object","properties":{"phase":{"type":"string"},"replicas":{"type":"integer"},"selector":{"type":"string"}}}}}
        """;

    private static readonly string Group = Unique("widgets") + ".example.com";

    private string Widgets => $"/apis/{Group}/v1/namespaces/{Namespace}/widgets";

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        var made = await PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", $$$$"""
            {"metadata":{"name":"widgets.{{{{Group}}}}"},"spec":{"group":"{{{{Group}}}}","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget"},"versions":[
              {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{{Schema}}}}},
               "subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}},
               "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"},{"name":"Mode","type":"string","jsonPath":".spec.mode","priority":1}]}]}}
            """);
        made.Code.Should().BeOneOf(201, 409);
        await UntilAsync(() => GetAsync(Widgets), r => r.Code == 200);
    }

    [Theory]
    [InlineData("""{"size":"x"}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"")]
    [InlineData("""{"size":1.5}""", "spec.size: Invalid value: \"number\": spec.size in body must be of type integer: \"number\"")]
    [InlineData("""{"size":0}""", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")]
    [InlineData("""{"size":11}""", "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10")]
    [InlineData("{}", "spec.size: Required value")]
    [InlineData("""{"size":null}""", "spec.size: Required value")]
    [InlineData("""{"size":1,"mode":"z"}""", "spec.mode: Unsupported value: \"z\": supported values: \"a\", \"b\"")]
    [InlineData("""{"size":1,"name":"a"}""", "spec.name: Invalid value: \"a\": spec.name in body should be at least 2 chars long")]
    [InlineData("""{"size":1,"name":"AB"}""", "spec.name: Invalid value: \"AB\": spec.name in body should match '^[a-z]+$'")]
    [InlineData("""{"size":1,"port":true}""", "spec.port: Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"size":1,"ratio":0}""", "spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0")]
    [InlineData("""{"size":1,"flag":"x"}""", "spec.flag: Invalid value: \"string\": spec.flag in body must be of type boolean: \"string\"")]
    [InlineData("""{"size":1,"free":{"k":1}}""", "spec.free.k: Invalid value: \"integer\": spec.free.k in body must be of type string: \"integer\"")]
    [InlineData("""{"size":1,"items":[]}""", "spec.items: Invalid value: 0: spec.items in body should have at least 1 items")]
    [InlineData("""{"size":1,"items":[{"name":"a"},{"name":"a"}]}""", "spec.items[1]: Duplicate value: map[string]interface {}{\"name\":\"a\"}")]
    [InlineData("""{"size":1,"items":{"a":1}}""", "spec.items: Invalid value: \"object\": spec.items in body must be of type array: \"object\"")]
    [InlineData("""{"size":1,"tags":["a","a"]}""", "spec.tags[1]: Duplicate value: \"a\"")]
    [InlineData("""{"size":1,"labels":{"a":1}}""", "spec.labels.a: Invalid value: \"integer\": spec.labels.a in body must be of type string: \"integer\"")]
    [InlineData("""{"size":1,"when":"yesterday"}""", "spec.when: Invalid value: \"yesterday\": spec.when in body must be of type date-time: \"yesterday\"")]
    [InlineData("""{"size":1,"ip":"1.2.3"}""", "spec.ip: Invalid value: \"1.2.3\": spec.ip in body must be of type ipv4: \"1.2.3\"")]
    [InlineData("""{"size":1,"one":{"a":"1","b":"1"}}""", "<nil>: Invalid value: \"\": \"spec.one\" must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    [InlineData("""{"size":1,"one":{}}""", "[<nil>: Invalid value: \"\": \"spec.one\" must validate one and only one schema (oneOf). Found none valid, spec.one.a: Required value]")]
    [InlineData("""{"size":1,"emb":{"x":1}}""", "[spec.emb.apiVersion: Required value: must not be empty, spec.emb.kind: Required value: must not be empty]")]
    public async Task Create_AgainstTheSchema_IsInvalidWordForWord(string spec, string message) =>
        (await PostAsync(Widgets, Widget("w", spec))).ShouldBeStatus(422, "Invalid", $"Widget.{Group} \"w\" is invalid: {message}");

    [Fact]
    public async Task Create_WithSeveralFaults_TellsAll() =>
        (await PostAsync(Widgets, Widget("w", """{"size":0,"mode":"z","name":"A"}"""))).Causes.Should().BeEquivalentTo(
            "FieldValueNotSupported spec.mode: Unsupported value: \"z\": supported values: \"a\", \"b\"",
            "FieldValueInvalid spec.name: Invalid value: \"A\": spec.name in body should be at least 2 chars long",
            "FieldValueInvalid spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1");

    [Theory]
    [InlineData("""{"size":1}""", """{"deft":{"x":7},"mode":"a","size":1}""")]
    [InlineData("""{"size":1,"port":"http"}""", """{"deft":{"x":7},"mode":"a","port":"http","size":1}""")]
    [InlineData("""{"size":1,"port":80}""", """{"deft":{"x":7},"mode":"a","port":80,"size":1}""")]
    [InlineData("""{"size":1,"opt":null}""", """{"deft":{"x":7},"mode":"a","opt":null,"size":1}""")]
    [InlineData("""{"size":1,"mode":null,"name":null}""", """{"deft":{"x":7},"mode":"a","size":1}""")]
    [InlineData("""{"size":1,"foo":1,"deft":{"x":1,"y":2}}""", """{"deft":{"x":1},"mode":"a","size":1}""")]
    [InlineData("""{"size":1,"free":{"z":{"deep":[1]},"k":"s"}}""", """{"deft":{"x":7},"free":{"k":"s","z":{"deep":[1]}},"mode":"a","size":1}""")]
    [InlineData("""{"size":1,"emb":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"y":1}}""", """{"deft":{"x":7},"emb":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"y":1},"mode":"a","size":1}""")]
    public async Task Create_PrunesDefaultsAndKeepsWhatItMay(string spec, string kept)
    {
        var made = await CreateAsync(Widgets, Widget("w", spec));

        Sorted(made.Json["spec"])!.ToJsonString().Should().Be(kept);
        made.Generation.Should().Be(1);
    }

    [Fact]
    public async Task Create_OfTheWrongThing_IsRefused()
    {
        (await PostAsync(Widgets, """{"metadata":{"name":"w"},"spec":{"size":1}}""")).Message.Should().StartWith("Widget in version \"v1\" cannot be handled as a Widget: ").And.Contain("Object 'Kind' is missing in '");
        (await PostAsync(Widgets, Widget("w", """{"size":1}""", "Gadget"))).ShouldBeStatus(422, "Invalid", $"Gadget.{Group} \"w\" is invalid: kind: Invalid value: \"Gadget\": must be Widget");
        (await PostAsync(Widgets, Widget("w", """{"size":1}""").Replace("/v1", "/v2", StringComparison.Ordinal))).ShouldBeStatus(
            400, "BadRequest", $"the API version in the data ({Group}/v2) does not match the expected API version ({Group}/v1)");
        (await PostAsync(Widgets, $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"Widget","metadata":{"name":"w"}}""")).ShouldBeStatus(
            422, "Invalid", $"Widget.{Group} \"w\" is invalid: spec: Required value");
    }

    [Fact]
    public async Task Patch_OfEachType_IsValidated_StrategicOnesAreUnsupported()
    {
        var made = await CreateAsync(Widgets, Widget("w", """{"size":1}"""));
        var path = Widgets + "/w";

        (await PatchAsync(path, """{"spec":{"size":2}}""", "strategic")).ShouldBeStatus(415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        (await PatchAsync(path, """{"spec":{"size":20}}""")).Message.Should().EndWith("spec.size: Invalid value: 20: spec.size in body should be less than or equal to 10");
        (await PatchAsync(path, """[{"op":"replace","path":"/spec/size","value":"a"}]""", "json")).ShouldBeStatus(
            422, "Invalid", $"Widget.{Group} \"w\" is invalid: spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"");
        (await PatchAsync(path, """{"spec":{"foo":2}}""")).ResourceVersion.Should().Be(made.ResourceVersion, "what is pruned is no change");
    }

    [Fact]
    public async Task Put_WithoutVersion_IsInvalid()
    {
        await CreateAsync(Widgets, Widget("w", """{"size":1}"""));

        (await PutAsync(Widgets + "/w", Widget("w", """{"size":2}"""))).ShouldBeStatus(
            422, "Invalid", $"widgets.{Group} \"w\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
    }

    [Fact]
    public async Task Status_IsItsOwnWorld()
    {
        await CreateAsync(Widgets, Widget("w", """{"size":1}""").Replace("\"spec\":", "\"status\":{\"phase\":\"x\"},\"spec\":", StringComparison.Ordinal));
        var path = Widgets + "/w";
        (await GetAsync(path)).Json.ContainsKey("status").Should().BeFalse();

        var status = await PatchAsync(path + "/status", """{"metadata":{"labels":{"z":"z"}},"spec":{"size":9},"status":{"phase":"y","foo":1}}""");
        ((long)status.Json["spec"]!["size"]!, status.Json["status"]!.ToJsonString(), status.Generation, status.Metadata.ContainsKey("labels")).Should().Be((1, """{"phase":"y"}""", 1, false));
        (await PatchAsync(path + "/status", """{"status":{"phase":5}}""")).ShouldBeStatus(
            422, "Invalid", $"Widget.{Group} \"w\" is invalid: status.phase: Invalid value: \"integer\": status.phase in body must be of type string: \"integer\"");
        (await PatchAsync(path, """{"spec":{"size":2},"status":{"phase":"z"}}""")).Json["status"]!.ToJsonString().Should().Be("""{"phase":"y"}""");
        (await PatchAsync(path, """{"metadata":{"labels":{"q":"q"}}}""")).Generation.Should().Be(2);
    }

    [Fact]
    public async Task Scale_UsesThePathsOfTheDefinition()
    {
        await CreateAsync(Widgets, Widget("w", """{"size":1,"replicas":2}"""));
        await PatchAsync(Widgets + "/w/status", """{"status":{"replicas":1,"selector":"a=b"}}""");
        var path = Widgets + "/w/scale";

        var scale = await GetAsync(path);
        (scale.Json["spec"]!.ToJsonString(), scale.Json["status"]!.ToJsonString()).Should().Be(("""{"replicas":2}""", """{"replicas":1,"selector":"a=b"}"""));
        (await PatchAsync(path, """{"spec":{"replicas":4}}""")).Json["spec"]!.ToJsonString().Should().Be("""{"replicas":4}""");
        ((long)(await GetAsync(Widgets + "/w")).Json["spec"]!["replicas"]!).Should().Be(4);
        (await PatchAsync(path, """{"spec":{"replicas":-4}}""")).ShouldBeStatus(
            422, "Invalid", $"Widget.{Group} \"w\" is invalid: .spec.replicas: Invalid value: -4: should be a non-negative integer");
        (await GetAsync(Widgets + "/none/scale")).ShouldBeStatus(404, "NotFound", $"widgets.{Group} \"none\" not found");
    }

    [Fact]
    public async Task Table_HasTheColumnsOfTheDefinition()
    {
        await CreateAsync(Widgets, Widget("w", """{"size":3}"""));

        var table = await GetAsync(Widgets, "application/json;as=Table;v=v1;g=meta.k8s.io");

        table.Items("columnDefinitions").Select(c => $"{c["name"]}:{c["type"]}:{c["priority"]}").Should().Equal("Name:string:0", "Size:integer:0", "Mode:string:1");
        table.Items("rows").Single()["cells"]!.ToJsonString().Should().Be("""["w",3,"a"]""");
    }

    [Fact]
    public async Task Apply_OfAWidget_MergesItsLists()
    {
        Task<Reply> Apply(string manager, string spec) => PatchAsync($"{Widgets}/w?fieldManager={manager}", Widget("w", spec), "apply");
        (await Apply("one", """{"size":1,"items":[{"name":"a"}],"tags":["x"]}""")).Code.Should().Be(201);

        var second = await Apply("two", """{"size":1,"items":[{"name":"b"}],"tags":["y"]}""");

        // Until 1.22 lists of custom resources had one owner.
        if (Since(1, 22))
        {
            second.Json["spec"]!["items"]!.AsArray().Select(i => (string)i!["name"]!).Should().Equal("a", "b");
            second.Json["spec"]!["tags"]!.AsArray().Select(t => (string)t!).Should().Equal("x", "y");
        }
        else
        {
            second.Code.Should().Be(409);
        }
    }

    private static string Widget(string name, string spec, string kind = "Widget") =>
        $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject obj => new JsonObject(obj.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        _ => node?.DeepClone(),
    };
}

public sealed class SimulatedCustomResources(SimulatedServer server) : CustomResourceCases(server);

public sealed class RealCustomResources(RealServer server) : CustomResourceCases(server);

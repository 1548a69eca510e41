using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Definitions;

/// <summary>CustomResourceDefinitions: what is refused, when they are served, how they go.</summary>
public abstract class DefinitionCases(ConformanceServer server) : ConformanceCases(server), IAsyncLifetime
{
    private readonly string _plural = Unique("gizmos").Replace("-", "", StringComparison.Ordinal);

    private string Group => $"{_plural}.example.com";

    private string Definitions => "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private string Definition => $"{Definitions}/{_plural}.{Group}";

    private string Objects => $"/apis/{Group}/v1/namespaces/{Namespace}/{_plural}";

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (Server.WhyMissing is null)
        {
            await DeleteAsync(Definition);
        }

        await DisposeAsync();
    }

    [Fact]
    public async Task Definition_IsEstablished_AndDiscoveryFollows()
    {
        (await CreateAsync(Definitions, Body())).Code.Should().Be(201);

        var established = await EstablishedAsync();
        established.Json["status"]!["conditions"]!.AsArray().Select(c => $"{c!["type"]}={c["status"]} {c["reason"]}: {c["message"]}").Should().BeEquivalentTo(
            "NamesAccepted=True NoConflicts: no conflicts found", "Established=True InitialNamesAccepted: the initial names have been accepted");
        established.Json["status"]!["acceptedNames"]!["listKind"]!.GetValue<string>().Should().Be("GizmoList");
        established.Json["status"]!["storedVersions"]!.ToJsonString().Should().Be("""["v1"]""");
        ((string)established.Json["spec"]!["conversion"]!["strategy"]!).Should().Be("None");
        var resources = await UntilAsync(() => GetAsync($"/apis/{Group}/v1"), r => r.Code == 200);
        resources.Items("resources").Select(r => (string)r["name"]!).Should().Equal(_plural, _plural + "/status");
        (await GetAsync($"/apis/{Group}")).Items("versions").Select(v => (string)v["groupVersion"]!).Should().Equal($"{Group}/v1");
    }

    [Fact]
    public async Task Definition_Deleted_TakesItsObjectsAlong()
    {
        await CreateAsync(Definitions, Body());
        await EstablishedAsync();
        await UntilAsync(() => PostAsync(Objects, Object("a")), r => r.Code == 201);

        var deleted = await DeleteAsync(Definition);

        deleted.Metadata["finalizers"]!.ToJsonString().Should().Be("""["customresourcecleanup.apiextensions.k8s.io"]""");
        deleted.Metadata.ContainsKey("deletionTimestamp").Should().BeTrue();
        await UntilGoneAsync(Definition);
        await UntilAsync(() => GetAsync(Objects), r => r.Code == 404);
        await UntilAsync(() => GetAsync($"/apis/{Group}"), r => r.Code == 404);
        await CreateAsync(Definitions, Body());
        await EstablishedAsync();
        (await UntilAsync(() => GetAsync(Objects), r => r.Code == 200)).Items().Should().BeEmpty();
    }

    [Fact]
    public async Task Definition_OfTakenNames_IsNotEstablished()
    {
        await CreateAsync(Definitions, Body());
        await EstablishedAsync();
        var second = $"{_plural}x.{Group}";

        await CreateAsync(Definitions, Body(d =>
        {
            d["metadata"]!["name"] = second;
            d["spec"]!["names"]!["plural"] = _plural + "x";
            d["spec"]!["names"]!["singular"] = "other";
        }));

        var refused = await UntilAsync($"{Definitions}/{second}", d => Condition(d, "Established") == "False NotAccepted: not all names are accepted");
        Condition(refused.Json, "NamesAccepted").Should().Be("False ListKindConflict: \"GizmoList\" is already in use");
        (await GetAsync($"/apis/{Group}/v1/namespaces/{Namespace}/{_plural}x")).Code.Should().Be(404);
        await DeleteAsync($"{Definitions}/{second}");
    }

    [Fact]
    public async Task Definition_SeveralVersions_ServeTheSameObjects()
    {
        await CreateAsync(Definitions, Body(d =>
        {
            var versions = d["spec"]!["versions"]!.AsArray();
            foreach (var (name, served) in new[] { ("v2", true), ("v3", false) })
            {
                var version = versions[0]!.DeepClone();
                (version["name"], version["served"], version["storage"]) = (name, served, false);
                versions.Add(version);
            }
        }));
        await EstablishedAsync();
        await UntilAsync(() => PostAsync(Objects, Object("a")), r => r.Code == 201);

        var v2 = await UntilAsync(() => GetAsync($"/apis/{Group}/v2/namespaces/{Namespace}/{_plural}/a"), r => r.Code == 200);
        ((string)v2.Json["apiVersion"]!).Should().Be($"{Group}/v2");
        (await GetAsync($"/apis/{Group}/v3/namespaces/{Namespace}/{_plural}/a")).Code.Should().Be(404);
        (await UntilAsync(() => GetAsync($"/apis/{Group}"), r => r.Code == 200)).Json["preferredVersion"]!["version"]!.GetValue<string>().Should().Be("v2");
        await PatchAsync(Definition, """[{"op":"replace","path":"/spec/versions/0/storage","value":false},{"op":"replace","path":"/spec/versions/1/storage","value":true}]""", "json");
        (await GetAsync(Definition)).Json["status"]!["storedVersions"]!.ToJsonString().Should().Be("""["v1","v2"]""");
        (await PatchAsync(Definition, """[{"op":"remove","path":"/spec/versions/0"}]""", "json")).ShouldBeStatus(422, "Invalid",
            $"CustomResourceDefinition.apiextensions.k8s.io \"{_plural}.{Group}\" is invalid: status.storedVersions[0]: Invalid value: \"v1\": must appear in spec.versions");
    }

    [Theory]
    [InlineData("scope", "\"Cluster\"")]
    [InlineData("names/kind", "\"Zz\"")]
    [InlineData("names/plural", "\"zz\"")]
    public async Task Definition_Identity_IsImmutable(string field, string value)
    {
        await CreateAsync(Definitions, Body());
        await EstablishedAsync();

        (await PatchAsync(Definition, $$"""[{"op":"replace","path":"/spec/{{field}}","value":{{value}}}]""", "json")).ShouldBeStatus(422, "Invalid",
            $"CustomResourceDefinition.apiextensions.k8s.io \"{_plural}.{Group}\" is invalid: spec.{field.Replace('/', '.')}: Invalid value: {value}: field is immutable");
    }

    public static TheoryData<string, string> Refused => new()
    {
        { """[{"op":"remove","path":"/spec/scope"}]""", "spec.scope: Required value" },
        { """[{"op":"replace","path":"/spec/scope","value":"Frob"}]""", "spec.scope: Unsupported value: \"Frob\": supported values: \"Cluster\", \"Namespaced\"" },
        { """[{"op":"remove","path":"/spec/names/kind"},{"op":"add","path":"/spec/names/listKind","value":"List"}]""", "spec.names.kind: Required value" },
        { """[{"op":"remove","path":"/spec/versions/0/schema"}]""", "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required" },
        { """[{"op":"add","path":"/spec/preserveUnknownFields","value":true}]""", "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-preserve-unknown-fields to true in spec.versions[*].schema instead" },
        { """[{"op":"remove","path":"SCHEMA/type"}]""", "AT.type: Required value: must not be empty at the root" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{}}]""", "AT.properties[l].type: Required value: must not be empty for specified object fields" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"array"}}]""", "AT.properties[l].items: Required value: must be specified" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"frob"}}]""", "AT.properties[l].type: Unsupported value: \"frob\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map"}}]""", "AT.properties[l].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map" },
        {
            """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"array","items":{"type":"object","properties":{"n":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["z"]}}]""",
            "AT.properties[l].x-kubernetes-list-map-keys: Invalid value: []string{\"z\"}: entries must all be names of item properties"
        },
        {
            """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"array","items":{"type":"object","properties":{"n":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"]}}]""",
            "AT.properties[l].items.properties[n].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
        },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"frob"}}]""", "AT.properties[l].x-kubernetes-list-type: Unsupported value: \"frob\": supported values: \"atomic\", \"set\", \"map\"" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"set"}}]""", "AT.properties[l].items.x-kubernetes-map-type: Invalid value: \"null\": must be atomic as item of a list with x-kubernetes-list-type=set" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"object","x-kubernetes-list-type":"set"}}]""", "AT.properties[l].type: Invalid value: \"object\": must be array if x-kubernetes-list-type is specified" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"string","default":5}}]""", "AT.properties[l].default: Invalid value: \"integer\":  in body must be of type string: \"integer\"" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"object","default":{"a":1}}}]""", "AT.properties[l].default: Invalid value: map[string]interface {}{\"a\":1}: must not have unknown fields" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"array","items":{"type":"string"},"uniqueItems":true}}]""", "AT.properties[l].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}}]""", "AT.properties[l].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive" },
        { """[{"op":"add","path":"SCHEMA/properties/l","value":{"type":"object","oneOf":[{"properties":{"a":{"type":"string"}}}]}}]""", "AT.properties[l].oneOf[0].properties[a].type: Forbidden: must be empty to be structural" },
        { """[{"op":"add","path":"SCHEMA/properties/metadata","value":{"type":"object","properties":{"labels":{"type":"object"}}}}]""", "AT.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified" },
        {
            """[{"op":"add","path":"/spec/versions/0/additionalPrinterColumns","value":[{"name":"x","type":"frob","jsonPath":"x"}]}]""",
            "[spec.additionalPrinterColumns[0].type: Invalid value: \"frob\": must be one of boolean,date,integer,number,string, spec.additionalPrinterColumns[0].JSONPath: Invalid value: \"x\": must be a simple json path starting with .]"
        },
        {
            """[{"op":"add","path":"/spec/versions/0/subresources/scale","value":{"specReplicasPath":"x","statusReplicasPath":".spec.y"}}]""",
            "[spec.subresources.scale.specReplicasPath: Invalid value: \"x\": must be a simple json path starting with ., spec.subresources.scale.statusReplicasPath: Invalid value: \".spec.y\": should be a json path under .status]"
        },
        {
            """[{"op":"add","path":"/spec/conversion","value":{"strategy":"Webhook"}}]""",
            "[spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook, spec.conversion.conversionReviewVersions: Required value]"
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Definition_ThatSaysSomethingWrong_IsRefused(string change, string message)
    {
        // Changes are made here, not by the server: what it is sent is whole.
        var body = Body(d => Change(d, JsonNode.Parse(change.Replace("SCHEMA", "/spec/versions/0/schema/openAPIV3Schema", StringComparison.Ordinal))!.AsArray()));

        (await PostAsync(Definitions, body)).ShouldBeStatus(422, "Invalid",
            $"CustomResourceDefinition.apiextensions.k8s.io \"{_plural}.{Group}\" is invalid: {message.Replace("AT.", "spec.validation.openAPIV3Schema.", StringComparison.Ordinal)}");
    }

    [Fact]
    public async Task Definition_OfAnotherName_IsRefused() =>
        (await PostAsync(Definitions, Body(d => d["metadata"]!["name"] = "x.example.com"))).ShouldBeStatus(422, "Invalid",
            "CustomResourceDefinition.apiextensions.k8s.io \"x.example.com\" is invalid: metadata.name: Invalid value: \"x.example.com\": must be spec.names.plural+\".\"+spec.group");

    [Fact]
    public async Task Definition_OfAProtectedGroup_NeedsApproval() =>
        (await PostAsync(Definitions, Body(d => (d["metadata"]!["name"], d["spec"]!["group"]) = ($"{_plural}.x.k8s.io", "x.k8s.io")))).ShouldBeStatus(422, "Invalid",
            $"CustomResourceDefinition.apiextensions.k8s.io \"{_plural}.x.k8s.io\" is invalid: metadata.annotations[api-approved.kubernetes.io]: Required value: "
            + "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111");

    private Task<Reply> EstablishedAsync() => UntilAsync(Definition, d => Condition(d, "Established").StartsWith("True", StringComparison.Ordinal));

    private static string Condition(JsonObject definition, string type) =>
        (definition["status"]?["conditions"] as JsonArray ?? []).Where(c => (string)c!["type"]! == type).Select(c => $"{c!["status"]} {c["reason"]}: {c["message"]}").SingleOrDefault() ?? "";

    private string Object(string name) => $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"Gizmo","metadata":{"name":"{{{name}}}"},"spec":{}}""";

    private string Body(Action<JsonObject>? change = null)
    {
        var definition = JsonNode.Parse($$$"""
            {"metadata":{"name":"{{{_plural}}}.{{{Group}}}"},"spec":{"group":"{{{Group}}}","scope":"Namespaced","names":{"plural":"{{{_plural}}}","singular":"gizmo","kind":"Gizmo","listKind":"GizmoList"},
             "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object"} } } } }]}}
            """)!.AsObject();
        change?.Invoke(definition);
        return definition.ToJsonString();
    }

    private static void Change(JsonObject definition, JsonArray operations)
    {
        foreach (var operation in operations)
        {
            var steps = ((string)operation!["path"]!)[1..].Split('/');
            JsonNode at = definition;
            foreach (var step in steps[..^1])
            {
                at = at is JsonArray list ? list[int.Parse(step)]! : at[step]!;
            }

            if ((string)operation["op"]! == "remove")
            {
                at.AsObject().Remove(steps[^1]);
            }
            else
            {
                at[steps[^1]] = operation["value"]!.DeepClone();
            }
        }
    }
}

public sealed class SimulatedDefinitions(SimulatedServer server) : DefinitionCases(server);

public sealed class RealDefinitions(RealServer server) : DefinitionCases(server);

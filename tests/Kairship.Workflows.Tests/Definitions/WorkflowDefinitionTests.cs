using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class WorkflowDefinitionTests
{
    [Fact]
    public void SaveRequest_Parsed_IsModelAndPublish()
    {
        var definition = WorkflowDefinition.Parse(SampleDefinitions.Release);
        definition.Should().BeEquivalentTo(new
        {
            VersionId = "61da35f2fd3ed11e", DefinitionId = "soak-release", Name = "Soak release", Version = 1, IsLatest = true, IsPublished = false, PublishRequested = true,
        });
        WorkflowDefinition.Parse(definition.ToJson()).PublishRequested.Should().BeNull();
    }

    [Fact]
    public void Definition_WrittenAndParsed_IsTheSameJson()
    {
        var model = JsonNode.Parse(SampleDefinitions.Release)!["model"]!;
        var definition = WorkflowDefinition.Parse(SampleDefinitions.Release);
        JsonNode.DeepEquals(JsonNode.Parse(definition.ToJson()), model).Should().BeTrue();
        definition.ToJson(indented: true).Should().Contain("\n");
    }

    [Fact]
    public void UnknownProperties_AndActivities_Survive()
    {
        const string text = """
            {"definitionId":"d","future":{"Deep":[1,{"X":null}]},"customProperties":{"Keep":"Me","keep":"too"},
             "root":{"type":"Acme.Container","id":"r","nodeId":"Workflow1:r","Stuff":{"Anything":true},"metadata":{"Designer":{"X":1.50}},
              "items":[{"type":"Acme.Part","id":"p","nodeId":"Workflow1:r:p","label":"A"}],
              "missing":{"type":"Elsa.NotFoundActivity","id":"n","nodeId":"Workflow1:r:n","missingTypeName":"Acme.Gone","originalActivityJson":"{\"A\":1}"}}}
            """;
        var expected = JsonNode.Parse(text)!;
        expected["root"]!["stuff"] = expected["root"]!["Stuff"]!.DeepClone();
        expected["root"]!.AsObject().Remove("Stuff");
        JsonNode.DeepEquals(JsonNode.Parse(WorkflowDefinition.Parse(text).ToJson()), expected).Should().BeTrue();
    }

    [Fact]
    public void Names_InAnyCase_AreWrittenInCamelCase()
    {
        const string text = """
            {"DefinitionId":"d","ROOT":{"Type":"Elsa.Sequence","ID":"s","Activities":[{"TYPE":"Elsa.WriteLine","Id":"w","Text":{"TypeName":"String","Expression":{"Type":"Literal","Value":"Hi"}}}]}}
            """;
        WorkflowDefinition.Parse(text).ToJson().Should().Be(
            """{"definitionId":"d","root":{"type":"Elsa.Sequence","id":"s","activities":[{"type":"Elsa.WriteLine","id":"w","text":{"typeName":"String","expression":{"type":"Literal","value":"Hi"}},"nodeId":"Workflow1:s:w"}],"nodeId":"Workflow1:s"}}""");
    }

    [Theory]
    [InlineData("", "json", "*not JSON*")]
    [InlineData("[]", "json", "*JSON object*")]
    [InlineData("null", "json", "*JSON object*")]
    [InlineData("{}", "missing-property", "*no root activity*")]
    [InlineData("{\"root\":[]}", "missing-property", "*no root activity*")]
    [InlineData("{\"root\":{},\"root\":{}}", "json", "*root*")]
    [InlineData("{\"root\":{\"id\":\"a\",\"Id\":\"b\"}}", "json", "*two cases*")]
    [InlineData("{\"model\":{}}", "missing-property", "*no root activity*")]
    public void Text_ThatIsNoDefinition_SaysWhy(string text, string code, string message) =>
        FluentActions.Invoking(() => WorkflowDefinition.Parse(text)).Should().Throw<DefinitionFormatException>().WithMessage(message)
            .Which.Problem.Should().Match<DefinitionProblem>(p => p.Code == code && p.IsError);

    [Fact]
    public void Text_Over4Megabytes_IsRefused() =>
        FluentActions.Invoking(() => WorkflowDefinition.Parse("{\"root\":{},\"x\":\"" + new string('é', 2_200_000) + "\"}"))
            .Should().Throw<DefinitionFormatException>().WithMessage("*4 MB*");

    [Theory]
    [InlineData("id", "\"other\"")]
    [InlineData("version", "9")]
    [InlineData("createdAt", "\"2027-01-01T00:00:00Z\"")]
    [InlineData("isLatest", "false")]
    [InlineData("isPublished", "true")]
    [InlineData("toolVersion", "\"3.9\"")]
    [InlineData("links", "[{\"href\":\"/x\"}]")]
    [InlineData("readonlyReason", "null")]
    [InlineData("isSystem", "false")]
    public void Hash_WhenSaveChangesIt_Stays(string property, string value) =>
        Changed(model => model[property] = JsonNode.Parse(value)).Should().Be(Changed(_ => { }));

    [Theory]
    [InlineData("name", "\"Other\"")]
    [InlineData("description", "\"Other\"")]
    [InlineData("definitionId", "\"other\"")]
    [InlineData("variables", "[]")]
    public void Hash_WhenContentChanges_Changes(string property, string value) =>
        Changed(model => model[property] = JsonNode.Parse(value)).Should().NotBe(Changed(_ => { }));

    [Fact]
    public void Hash_OfNodeIdsAndNulls_IsIndependent_ButNotOfPositions()
    {
        static JsonNode Announce(JsonObject model) => model["root"]!["activities"]![0]!;
        Changed(model => Announce(model)["nodeId"] = "elsewhere").Should().Be(Changed(_ => { }));
        Changed(model => Announce(model)["nothing"] = null).Should().Be(Changed(_ => { }));
        Changed(model => Announce(model)["metadata"]!["designer"]!["position"]!["x"] = 1).Should().NotBe(Changed(_ => { }));
        Changed(model => Announce(model)["version"] = 2).Should().NotBe(Changed(_ => { }));
        Changed(_ => { }).Should().MatchRegex("^[0-9a-f]{64}$");
    }

    [Fact]
    public void Hash_OfAnyOrderOfNames_IsTheSame() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var model = (JsonObject)JsonNode.Parse(SampleDefinitions.Release)!["model"]!;
            return WorkflowDefinition.Parse(Shuffled(model, new Random(seed))!.ToJsonString()).ContentHash == WorkflowDefinition.Parse(SampleDefinitions.Release).ContentHash;
        }, iter: 50);

    [Fact]
    public void With_Identity_ChangesCopyOnly()
    {
        var original = WorkflowDefinition.Parse(SampleDefinitions.Release);
        var copy = original.With(versionId: "v2", version: 2, isLatest: false, isPublished: true);
        copy.Should().BeEquivalentTo(new { VersionId = "v2", Version = 2, IsLatest = false, IsPublished = true, DefinitionId = "soak-release" });
        copy.ContentHash.Should().Be(original.ContentHash);
        original.Version.Should().Be(1);
    }

    private static string Changed(Action<JsonObject> change)
    {
        var model = (JsonObject)JsonNode.Parse(SampleDefinitions.Release)!["model"]!;
        change(model);
        return WorkflowDefinition.Parse(model.ToJsonString()).ContentHash;
    }

    private static JsonNode? Shuffled(JsonNode? node, Random random) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(_ => random.Next()).Select(p => KeyValuePair.Create(p.Key, Shuffled(p.Value, random)))),
        JsonArray a => new JsonArray([.. a.Select(item => Shuffled(item, random))]),
        _ => node?.DeepClone(),
    };
}

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Which representations are answered and taken.</summary>
public abstract class NegotiationCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Supported = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf";
    private const string TableOf = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private const string MetadataOf = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    private const string MetadataListOf = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("application/xml, application/json")]
    [InlineData("application/json;as=Nonsense;v=v1;g=meta.k8s.io, application/json")]
    public async Task Accept_JsonAmongOthers_AnswersJson(string accept)
    {
        await CreateConfigMapAsync("a");

        var reply = await GetAsync(In("configmaps/a"), accept);

        reply.Code.Should().Be(200);
        reply.MediaType.Should().Be("application/json");
        ((string?)reply.Json["kind"]).Should().Be("ConfigMap");
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/html")]
    [InlineData("application/*")]
    public async Task Accept_NothingServed_IsNotAcceptable(string accept)
    {
        await CreateConfigMapAsync("a");

        var reply = await GetAsync(In("configmaps/a"), accept);

        reply.ShouldBeStatus(406, "NotAcceptable", "406: Not Acceptable");
    }

    [Theory]
    [InlineData("application/json;as=Nonsense;v=v1;g=meta.k8s.io")]
    [InlineData("application/json;as=Table;v=v9;g=meta.k8s.io")]
    public async Task Accept_UnknownRepresentation_IsNotAcceptable(string accept)
    {
        await CreateConfigMapAsync("a");

        (await GetAsync(In("configmaps/a"), accept)).ShouldBeStatus(406, "NotAcceptable", Supported);
    }

    [Fact]
    public async Task Accept_Yaml_AnswersYaml()
    {
        await CreateAsync(In("configmaps"), """{"metadata":{"name":"a","labels":{"n":"1","app":"web"}},"data":{"t":"true","two":"x\ny\n","e":"","q":"a: b","num":"1.5","ok":"plain text"},"immutable":true}""");

        var reply = await GetAsync(In("configmaps/a"), "application/yaml");

        reply.MediaType.Should().Be("application/yaml");
        reply.Text.Should().StartWith("apiVersion: v1\ndata:\n  e: \"\"\n  num: \"1.5\"\n  ok: plain text\n  q: 'a: b'\n  t: \"true\"\n  two: |\n    x\n    y\nimmutable: true\nkind: ConfigMap\nmetadata:\n");
        reply.Text.Should().Contain("  labels:\n    app: web\n");
        (await PutAsync(In("configmaps/a"), reply.Text, "application/yaml")).Code.Should().Be(200, "what is read can be written");
    }

    [Fact]
    public async Task Accept_Table_AnswersColumnsAndCells()
    {
        var made = await CreateConfigMapAsync("a");

        var table = await GetAsync(In("configmaps/a"), TableOf);

        ((string?)table.Json["kind"]).Should().Be("Table");
        ((string?)table.Json["apiVersion"]).Should().Be("meta.k8s.io/v1");
        table.ResourceVersion.Should().Be(made.ResourceVersion);
        table.Items("columnDefinitions").Select(c => (string?)c["name"]).Should().Equal("Name", "Data", "Age");
        var row = table.Items("rows").Should().ContainSingle().Subject;
        row["cells"]!.AsArray().Take(2).Select(c => c!.ToString()).Should().Equal("a", "1");
        ((string?)row["object"]!["kind"]).Should().Be("PartialObjectMetadata");
    }

    [Theory]
    [InlineData("None", null)]
    [InlineData("Metadata", "PartialObjectMetadata")]
    [InlineData("Object", "ConfigMap")]
    public async Task Table_IncludeObject_SaysWhatRowsCarry(string include, string? kind)
    {
        await CreateConfigMapAsync("a");

        var table = await GetAsync(In($"configmaps/a?includeObject={include}"), TableOf);

        ((string?)table.Items("rows").Single()["object"]?["kind"]).Should().Be(kind);
    }

    [Fact]
    public async Task Table_IncludeObjectUnknown_IsRefused()
    {
        await CreateConfigMapAsync("a");

        (await GetAsync(In("configmaps/a?includeObject=Bad"), TableOf)).ShouldBeStatus(
            400, "BadRequest", "Unable to convert to Table as requested: includeObject: Invalid value: \"Bad\": must be 'Metadata', 'Object', 'None', or empty");
    }

    [Fact]
    public async Task Accept_Metadata_AnswersNothingElse()
    {
        await CreateConfigMapAsync("a");

        var one = await GetAsync(In("configmaps/a"), MetadataOf);
        var list = await GetAsync(In("configmaps?fieldSelector=metadata.name%3Da"), MetadataListOf);

        one.Json.Select(p => p.Key).Should().BeEquivalentTo("kind", "apiVersion", "metadata");
        ((string?)one.Json["kind"]).Should().Be("PartialObjectMetadata");
        ((string?)list.Json["kind"]).Should().Be("PartialObjectMetadataList");
        list.Items().Should().ContainSingle().Which.ToJsonString().Should().Be(one.Json.ToJsonString());
    }

    [Fact]
    public async Task Accept_MetadataOfOneForAList_IsNotAcceptable()
    {
        await CreateConfigMapAsync("a");

        (await GetAsync(In("configmaps"), MetadataOf)).ShouldBeStatus(406, "NotAcceptable", "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)");
        (await GetAsync(In("configmaps/a"), MetadataListOf))
            .ShouldBeStatus(406, "NotAcceptable", "you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)");
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", """{"metadata":{"name":"a"},"data":{"k":"v"}}""")]
    [InlineData("application/yaml", "metadata: {name: a}\ndata:\n  k: v\n")]
    public async Task Body_InAMediaTypeThatIsServed_IsTaken(string contentType, string body) =>
        ((string?)(await PostAsync(In("configmaps"), body, contentType)).Json["data"]!["k"]).Should().Be("v");

    [Fact]
    public async Task Body_InAnUnknownMediaType_IsUnsupported()
    {
        const string Message = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf";
        await CreateConfigMapAsync("a");

        (await PostAsync(In("configmaps"), """{"metadata":{"name":"b"}}""", "text/plain")).ShouldBeStatus(415, "UnsupportedMediaType", Message);
        (await PutAsync(In("configmaps/a"), """{"metadata":{"name":"a"}}""", "application/merge-patch+json")).ShouldBeStatus(415, "UnsupportedMediaType", Message);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Patch_InAnUnknownMediaType_IsUnsupported(string contentType)
    {
        await CreateConfigMapAsync("a");

        var reply = await SendAsync("PATCH", In("configmaps/a"), "{}", contentType);

        reply.ShouldBeStatus(415, "UnsupportedMediaType", "415: Unsupported Media Type");
    }

    [Fact]
    public async Task Credentials_Wrong_AreUnauthorized()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/pods");
        request.Headers.Authorization = new("Bearer", "wrong");
        using var bare = Server.WithoutCredentials();
        var reply = await Reply.OfAsync(await bare.SendAsync(request, Cancel), Cancel);

        reply.ShouldBeStatus(401, "Unauthorized", "Unauthorized");
    }
}

public sealed class SimulatedNegotiation(SimulatedServer server) : NegotiationCases(server);

public sealed class RealNegotiation(RealServer server) : NegotiationCases(server);

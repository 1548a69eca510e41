namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Create, read, replace.</summary>
public abstract class CrudCases(ConformanceServer server) : ConformanceCases(server)
{
    [Fact]
    public async Task Create_NewObject_Answers201WithSystemFields()
    {
        var made = await PostAsync(In("configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""");

        made.Code.Should().Be(201);
        made.Uid.Should().MatchRegex("^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$");
        made.ResourceVersion.Should().MatchRegex("^[1-9][0-9]*$");
        ((string?)made.Metadata["creationTimestamp"]).Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        ((string?)made.Metadata["namespace"]).Should().Be(Namespace);
        (await GetAsync(In("configmaps/a"))).Text.Should().Be(made.Text);
    }

    [Fact]
    public async Task Create_WithoutKindAndVersion_TakesThemFromThePath()
    {
        var made = await CreateConfigMapAsync("a");

        ((string?)made.Json["kind"]).Should().Be("ConfigMap");
        ((string?)made.Json["apiVersion"]).Should().Be("v1");
    }

    [Fact]
    public async Task Create_SystemFieldsGiven_AreReplaced()
    {
        var made = await CreateConfigMapAsync("a", """
            "uid":"mine","creationTimestamp":"2001-01-01T00:00:00Z","deletionTimestamp":"2001-01-01T00:00:00Z","deletionGracePeriodSeconds":5
            """);

        made.Uid.Should().NotBe("mine");
        ((string?)made.Metadata["creationTimestamp"]).Should().NotStartWith("2001");
        made.Metadata.Should().NotContainKey("deletionTimestamp").And.NotContainKey("deletionGracePeriodSeconds");
    }

    [Fact]
    public async Task Create_SameNameTwice_IsAlreadyExists()
    {
        await CreateConfigMapAsync("a");

        var again = await PostAsync(In("configmaps"), """{"metadata":{"name":"a"}}""");

        again.ShouldBeStatus(409, "AlreadyExists", "configmaps \"a\" already exists");
        again.Details.ToJsonString().Should().Be("""{"name":"a","kind":"configmaps"}""");
    }

    [Fact]
    public async Task Create_SameNameInAGroup_NamesTheGroup()
    {
        await CreateAsync(In("coordination.k8s.io/v1", "leases"), """{"metadata":{"name":"a"}}""");

        var again = await PostAsync(In("coordination.k8s.io/v1", "leases"), """{"metadata":{"name":"a"}}""");

        again.ShouldBeStatus(409, "AlreadyExists", "leases.coordination.k8s.io \"a\" already exists");
        again.Details.ToJsonString().Should().Be("""{"name":"a","group":"coordination.k8s.io","kind":"leases"}""");
    }

    [Fact]
    public async Task Create_InAMissingNamespace_IsNotFound()
    {
        var reply = await PostAsync("/api/v1/namespaces/none/configmaps", """{"metadata":{"name":"a"}}""");

        reply.ShouldBeStatus(404, "NotFound", "namespaces \"none\" not found");
        reply.Details.ToJsonString().Should().Be("""{"name":"none","kind":"namespaces"}""");
    }

    [Fact]
    public async Task Create_OtherNamespaceInTheBody_IsRefused()
    {
        var reply = await PostAsync(In("configmaps"), """{"metadata":{"name":"a","namespace":"other"}}""");

        reply.ShouldBeStatus(400, "BadRequest", "the namespace of the provided object does not match the namespace sent on the request");
    }

    [Fact]
    public async Task Create_WithResourceVersion_IsRefused()
    {
        var reply = await PostAsync(In("configmaps"), """{"metadata":{"name":"a","resourceVersion":"5"}}""");

        reply.ShouldBeStatus(500, "", "resourceVersion should not be set on objects to be created");
    }

    [Theory]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("{", "unexpected end of JSON input")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type")]
    public async Task Create_BodyThatIsNoObject_SaysWhatWasExpected(string body, string why)
    {
        var reply = await PostAsync(In("configmaps"), body);

        reply.Code.Should().Be(400);
        reply.Reason.Should().Be("BadRequest");
        reply.Message.Should().Contain("couldn't get version/kind; json parse error: " + why);
    }

    [Fact]
    public async Task Create_BodyOfAnotherKind_IsRefused()
    {
        var reply = await PostAsync(In("configmaps"), """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}""");

        reply.ShouldBeStatus(
            400, "BadRequest", "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion");
    }

    [Fact]
    public async Task Create_BodyOfAnUnknownVersion_IsRefused()
    {
        var reply = await PostAsync(In("configmaps"), """{"apiVersion":"apps/v1","kind":"ConfigMap","metadata":{"name":"a"}}""");

        reply.Code.Should().Be(400);
        reply.Message.Should().StartWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version \"apps/v1\" in scheme");
    }

    [Fact]
    public async Task Create_NumberWhereTextBelongs_IsRefused()
    {
        var reply = await PostAsync(In("configmaps"), """{"metadata":{"name":"a"},"data":{"k":1}}""");

        reply.Code.Should().Be(400);
        reply.Reason.Should().Be("BadRequest");
        reply.Message.Should().StartWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: ");
    }

    [Fact]
    public async Task Get_MissingObject_IsNotFound()
    {
        var reply = await GetAsync(In("configmaps/none"));

        reply.ShouldBeStatus(404, "NotFound", "configmaps \"none\" not found");
        reply.Details.ToJsonString().Should().Be("""{"name":"none","kind":"configmaps"}""");
    }

    [Theory]
    [InlineData("POST", "/api/v1/configmaps")]
    [InlineData("PUT", "/api/v1/namespaces/default/configmaps")]
    [InlineData("PATCH", "/api/v1/namespaces/default/configmaps")]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps/a")]
    [InlineData("DELETE", "/api/v1/configmaps")]
    [InlineData("DELETE", "/api/v1/namespaces")]
    public async Task Verb_ThatThePathDoesNotTake_IsMethodNotAllowed(string method, string path)
    {
        var reply = await SendAsync(method, path, method == "DELETE" ? null : "{}", method == "PATCH" ? "application/merge-patch+json" : null);

        reply.ShouldBeStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        reply.Details.Should().BeEmpty();
    }

    [Fact]
    public async Task Replace_MissingObject_IsNotFound()
    {
        (await PutAsync(In("configmaps/none"), """{"metadata":{"name":"none"}}""")).ShouldBeStatus(404, "NotFound", "configmaps \"none\" not found");
    }

    [Fact]
    public async Task Replace_OtherNameThanThePath_IsRefused()
    {
        await CreateConfigMapAsync("a");

        (await PutAsync(In("configmaps/a"), """{"metadata":{"name":"b"}}"""))
            .ShouldBeStatus(400, "BadRequest", "the name of the object (b) does not match the name on the URL (a)");
    }

    [Fact]
    public async Task Replace_WithoutAName_IsRefused()
    {
        await CreateConfigMapAsync("a");

        (await PutAsync(In("configmaps/a"), """{"metadata":{}}"""))
            .ShouldBeStatus(400, "BadRequest", "the name of the object (a based on URL) was undeterminable: name must be provided");
    }

    [Fact]
    public async Task Replace_OtherNamespaceThanThePath_IsRefused()
    {
        await CreateConfigMapAsync("a");

        (await PutAsync(In("configmaps/a"), """{"metadata":{"name":"a","namespace":"other"}}""")).ShouldBeStatus(400, "BadRequest", $"the namespace of the object (other) does not match the namespace on the request ({Namespace})");
    }

    [Fact]
    public async Task Replace_StaleResourceVersion_IsAConflict()
    {
        var first = await CreateConfigMapAsync("a");
        await PatchAsync(In("configmaps/a"), """{"data":{"k":"w"}}""");

        var reply = await PutAsync(In("configmaps/a"), first.Text);

        reply.ShouldBeStatus(
            409, "Conflict", "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again");
        reply.Details.ToJsonString().Should().Be("""{"name":"a","kind":"configmaps"}""");
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","resourceVersion":"0" """)]
    public async Task Replace_WithoutResourceVersion_Overwrites(string version)
    {
        await CreateConfigMapAsync("a");

        var reply = await PutAsync(In("configmaps/a"), """{"metadata":{"name":"a"VERSION},"data":{"other":"w"}}""".Replace("VERSION", version, StringComparison.Ordinal));

        reply.Code.Should().Be(200);
        reply.Json["data"]!.ToJsonString().Should().Be("""{"other":"w"}""");
    }

    [Fact]
    public async Task Replace_WithTheUidOfAnother_IsAConflict()
    {
        var made = await CreateConfigMapAsync("a");

        (await PutAsync(In("configmaps/a"), """{"metadata":{"name":"a","uid":"other"}}""")).ShouldBeStatus(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on configmaps \"a\": StorageError: invalid object, Code: 4, Key: /registry/configmaps/{Namespace}/a, ResourceVersion: 0, "
            + $"AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: {made.Uid}");
    }

    [Fact]
    public async Task Replace_WithTheSame_WritesNothing()
    {
        var made = await CreateConfigMapAsync("a");

        var same = await PutAsync(In("configmaps/a"), made.Text);

        same.Code.Should().Be(200);
        same.ResourceVersion.Should().Be(made.ResourceVersion);
    }

    [Fact]
    public async Task Replace_SystemFieldsGiven_KeepsThem()
    {
        var made = await CreateConfigMapAsync("a");

        var changed = await PutAsync(In("configmaps/a"), """{"metadata":{"name":"a","creationTimestamp":"2001-01-01T00:00:00Z"},"data":{"k":"w"}}""");

        changed.Uid.Should().Be(made.Uid);
        ((string?)changed.Metadata["creationTimestamp"]).Should().Be((string?)made.Metadata["creationTimestamp"]);
        long.Parse(changed.ResourceVersion).Should().BeGreaterThan(long.Parse(made.ResourceVersion));
    }

    [Fact]
    public async Task Patch_OfTheUid_IsImmutable()
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), """{"metadata":{"uid":"other"}}"""))
            .ShouldBeStatus(422, "Invalid", "ConfigMap \"a\" is invalid: metadata.uid: Invalid value: \"other\": field is immutable");
    }

    [Fact]
    public async Task Patch_OfTheDeletionTimestamp_IsImmutable()
    {
        await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a"), """{"metadata":{"deletionTimestamp":"2001-01-01T00:00:00Z"}}""");

        reply.Code.Should().Be(422);
        reply.Causes.Should().Contain(c => c.StartsWith("FieldValueInvalid metadata.deletionTimestamp: Invalid value: ", StringComparison.Ordinal)
            && c.EndsWith(": field is immutable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Patch_OfTheName_IsRefused()
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), """{"metadata":{"name":"b"}}"""))
            .ShouldBeStatus(400, "BadRequest", "the name of the object (b) does not match the name on the URL (a)");
    }

    [Fact]
    public async Task Patch_WithAStaleResourceVersion_IsAConflict()
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), """{"metadata":{"resourceVersion":"1"}}""")).Reason.Should().Be("Conflict");
    }
}

public sealed class SimulatedCrud(SimulatedServer server) : CrudCases(server);

public sealed class RealCrud(RealServer server) : CrudCases(server);

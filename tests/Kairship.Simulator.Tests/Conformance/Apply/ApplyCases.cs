using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Apply;

/// <summary>application/apply-patch+yaml on maps: ownership, conflicts, force, removal.</summary>
public abstract class ApplyCases(ConformanceServer server) : ConformanceCases(server)
{
    [Fact]
    public async Task Apply_NewObject_Answers201_TheSameAgainKeepsTheVersion()
    {
        var made = await ApplyAsync("one", """{"x":"1","y":"2"}""");
        made.Code.Should().Be(201);
        Owners(made).Should().Equal("""one Apply v1 {"f:data":{"f:x":{},"f:y":{}}}""");

        var again = await ApplyAsync("one", """{"x":"1","y":"2"}""");
        (again.Code, again.ResourceVersion).Should().Be((200, made.ResourceVersion));
    }

    [Fact]
    public async Task Apply_OfAnothersField_ConflictsWithItsManager()
    {
        await ApplyAsync("one", """{"x":"1","y":"2"}""");

        var one = await ApplyAsync("two", """{"x":"9"}""");
        one.ShouldBeStatus(409, "Conflict", "Apply failed with 1 conflict: conflict with \"one\": .data.x");
        one.Causes.Should().Equal("FieldManagerConflict .data.x: conflict with \"one\"");
        var both = await ApplyAsync("two", """{"x":"9","y":"8"}""");
        both.ShouldBeStatus(409, "Conflict", "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.x\n- .data.y");
        both.Causes.Should().HaveCount(2);
    }

    [Fact]
    public async Task Apply_SameValue_IsShared_AndStaysWhileOneOwnsIt()
    {
        await ApplyAsync("one", """{"x":"1","y":"2"}""");
        Owners(await ApplyAsync("two", """{"x":"1"}""")).Should().Equal("""one Apply v1 {"f:data":{"f:x":{},"f:y":{}}}""", """two Apply v1 {"f:data":{"f:x":{}}}""");

        var left = await ApplyAsync("one", """{"y":"2"}""");
        Data(left).Should().Be("x=1 y=2");
        Owners(left).Should().Equal("""one Apply v1 {"f:data":{"f:y":{}}}""", """two Apply v1 {"f:data":{"f:x":{}}}""");
        (await ApplyAsync("one", """{"x":"5","y":"2"}""")).Message.Should().Be("Apply failed with 1 conflict: conflict with \"two\": .data.x");
    }

    [Fact]
    public async Task Apply_Forced_TakesTheField()
    {
        await ApplyAsync("one", """{"x":"1","y":"2"}""");

        var forced = await ApplyAsync("two", """{"x":"9"}""", "force=true");

        Data(forced).Should().Be("x=9 y=2");
        Owners(forced).Should().Equal("""one Apply v1 {"f:data":{"f:y":{}}}""", """two Apply v1 {"f:data":{"f:x":{}}}""");
    }

    [Fact]
    public async Task Apply_WithoutAField_RemovesWhatNobodyElseOwns()
    {
        await ApplyAsync("one", """{"x":"1","y":"2"}""");

        Data(await ApplyAsync("one", """{"x":"1"}""")).Should().Be("x=1");
        var none = await ApplyAsync("one", null);
        none.Json.ContainsKey("data").Should().BeFalse();
        Owners(none).Should().BeEmpty();
    }

    [Fact]
    public async Task Apply_AfterAnUpdate_ConflictsWithTheUpdater()
    {
        await ApplyAsync("one", """{"x":"1","y":"2"}""");
        await PatchAsync(In("configmaps/a?fieldManager=editor"), """{"data":{"x":"7","z":"8"}}""");

        (await ApplyAsync("one", """{"x":"1","y":"2"}""")).ShouldBeStatus(409, "Conflict", "Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.x");
        (await ApplyAsync("two", """{"x":"1","z":"1"}""")).ShouldBeStatus(
            409, "Conflict", "Apply failed with 2 conflicts: conflicts with \"editor\" using v1:\n- .data.x\n- .data.z");
        var forced = await ApplyAsync("one", """{"x":"1","y":"2"}""", "force=true");
        Data(forced).Should().Be("x=1 y=2 z=8");
        Owners(forced).Should().Equal("""one Apply v1 {"f:data":{"f:x":{},"f:y":{}}}""", """editor Update v1 {"f:data":{"f:z":{}}}""");
    }

    [Fact]
    public async Task Apply_AgreeingWithAnUpdate_SharesTheField()
    {
        await ApplyAsync("one", """{"x":"1"}""");
        await PatchAsync(In("configmaps/a?fieldManager=editor"), """{"data":{"z":"8"}}""");

        var shared = await ApplyAsync("one", """{"x":"1","z":"8"}""");

        Owners(shared).Should().Equal("""one Apply v1 {"f:data":{"f:x":{},"f:z":{}}}""", """editor Update v1 {"f:data":{"f:z":{}}}""");
        Data(await ApplyAsync("one", """{"x":"1"}""")).Should().Be("x=1 z=8");
    }

    [Fact]
    public async Task Apply_DryRun_AnswersAndKeepsNothing()
    {
        (await ApplyAsync("one", """{"x":"1"}""", "dryRun=All")).Code.Should().Be(201);
        (await GetAsync(In("configmaps/a"))).Code.Should().Be(404);

        var made = await ApplyAsync("one", """{"x":"1"}""");
        Data(await ApplyAsync("one", """{"x":"2"}""", "dryRun=All")).Should().Be("x=2");
        (await ApplyAsync("two", """{"x":"2"}""", "dryRun=All")).Code.Should().Be(409);
        (await GetAsync(In("configmaps/a"))).ResourceVersion.Should().Be(made.ResourceVersion);
    }

    [Fact]
    public async Task Apply_WithoutManager_IsInvalid() =>
        (await PatchAsync(In("configmaps/a"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""", "apply")).ShouldBeStatus(
            422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[{"manager":"x","operation":"Apply"}]}}""", "metadata.managedFields must be nil")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[]}}""", "metadata.managedFields must be nil")]
    [InlineData("""{"kind":"ConfigMap","metadata":{"name":"a"}}""", "Incorrect version specified in apply patch. Specified patch version: , expected: v1")]
    [InlineData("""{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}""", "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}""", "the name of the object (b) does not match the name on the URL (a)")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"zz"}}""", "the namespace of the object (zz) does not match the namespace on the request (NS)")]
    public async Task Apply_OfTheWrongThing_IsABadRequest(string body, string message)
    {
        await ApplyAsync("one", """{"x":"1"}""");

        (await PatchAsync(In("configmaps/a?fieldManager=one"), body, "apply")).ShouldBeStatus(400, "BadRequest", message.Replace("NS", Namespace, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("[]")]
    public async Task Apply_OfNoObject_IsABadRequest(string body)
    {
        var reply = await PatchAsync(In("configmaps/a?fieldManager=one"), body, "apply");

        (reply.Code, reply.Reason).Should().Be((400, "BadRequest"));
        reply.Message.Should().StartWith("error decoding YAML: ");
    }

    [Theory]
    [InlineData(""","foo":1""", ".foo: field not declared in schema")]
    [InlineData(""","data":{"x":1}""", ".data.x: expected string, got &value.valueUnstructured{Value:1}")]
    public async Task Apply_OfWhatTheSchemaDoesNotKnow_FailsToBeTyped(string more, string what)
    {
        var reply = await PatchAsync(In("configmaps/a?fieldManager=one"), $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}{{{more}}}}""", "apply");

        (reply.Code, reply.Reason).Should().Be((500, ""));
        reply.Message.Should().StartWith("failed to create typed patch object").And.EndWith(": " + what);
    }

    [Fact]
    public async Task Apply_Yaml_IsTaken() =>
        Data(await PatchAsync(In("configmaps/a?fieldManager=one"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  u: \"1\"\n  # a comment\n  v: two\n", "apply"))
            .Should().Be("u=1 v=two");

    [Fact]
    public async Task Apply_WithoutName_TakesThatOfThePath()
    {
        await ApplyAsync("one", """{"x":"1"}""");

        (await PatchAsync(In("configmaps/a?fieldManager=one"), """{"apiVersion":"v1","kind":"ConfigMap"}""", "apply")).Name.Should().Be("a");
    }

    [Fact]
    public async Task Apply_WithAnOldVersion_Conflicts()
    {
        var first = await ApplyAsync("one", """{"x":"1"}""");
        await ApplyAsync("one", """{"x":"2"}""");

        (await PatchAsync(In("configmaps/a?fieldManager=one"), $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"{{{first.ResourceVersion}}}"}}""", "apply"))
            .ShouldBeStatus(409, "Conflict", "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task Apply_InAMissingNamespace_IsNotFound() =>
        (await PatchAsync("/api/v1/namespaces/nonsuch/configmaps/a?fieldManager=one", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""", "apply"))
            .ShouldBeStatus(404, "NotFound", "namespaces \"nonsuch\" not found");

    [Fact]
    public async Task Apply_ByKubectlAfterClientSideApply_TakesItsFieldsWithoutForce()
    {
        const string Last = """{\"apiVersion\":\"v1\",\"data\":{\"k\":\"1\",\"l\":\"2\"},\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}""";
        await CreateAsync(
            In("configmaps?fieldManager=kubectl-client-side-apply"),
            $$$"""{"metadata":{"name":"a","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{{{Last}}}"}},"data":{"k":"1","l":"2"}}""");

        (await ApplyAsync("other", """{"k":"9"}""")).Message.Should().Be("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .data.k");
        var taken = await ApplyAsync("kubectl", """{"k":"7","l":"2"}""");

        Data(taken).Should().Be("k=7 l=2");
        ((string)taken.Metadata["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]!).Should().Contain("\"k\":\"7\"");
    }

    [Fact]
    public async Task ManagedFields_Reset_StartsFromBeforeTheFirstApply()
    {
        await ApplyAsync("one", """{"x":"1"}""");
        var reset = await PatchAsync(In("configmaps/a"), """{"metadata":{"managedFields":[{}]}}""");
        reset.Metadata.ContainsKey("managedFields").Should().BeFalse();

        (await ApplyAsync("two", """{"x":"2"}""")).ShouldBeStatus(409, "Conflict", "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.x");
        Owners(await ApplyAsync("two", """{"y":"2"}""")).Should().Equal("""two Apply v1 {"f:data":{"f:y":{}}}""", """before-first-apply Update v1 {"f:data":{".":{},"f:x":{}}}""");
    }

    private Task<Reply> ApplyAsync(string manager, string? data, string query = "") => PatchAsync(
        In($"configmaps/a?fieldManager={manager}&{query}"),
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}{{{(data is null ? "" : ",\"data\":" + data)}}}}""",
        "apply");

    private static string Data(Reply reply) =>
        string.Join(' ', (reply.Json["data"] as JsonObject ?? throw new InvalidOperationException(reply.Text)).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));

    private static IEnumerable<string> Owners(Reply reply) =>
        (reply.Metadata["managedFields"] as JsonArray ?? []).Select(m => $"{m!["manager"]} {m["operation"]} {m["apiVersion"]} {m["fieldsV1"]!.ToJsonString()}");
}

public sealed class SimulatedApplies(SimulatedServer server) : ApplyCases(server);

public sealed class RealApplies(RealServer server) : ApplyCases(server);

using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>DELETE of one and of many, preconditions, finalizers.</summary>
public abstract class DeletionCases(ConformanceServer server) : ConformanceCases(server)
{
    private Task<Reply> CreateHeldAsync() => CreateConfigMapAsync("f", "\"finalizers\":[\"example.com/a\",\"example.com/b\"]");

    [Fact]
    public async Task Delete_PlainObject_AnswersSuccess()
    {
        var made = await CreateConfigMapAsync("a");

        var reply = await DeleteAsync(In("configmaps/a"));

        reply.Code.Should().Be(200);
        ((string?)reply.Json["kind"]).Should().Be("Status");
        ((string?)reply.Json["status"]).Should().Be("Success");
        reply.Details.ToJsonString().Should().Be($$"""{"name":"a","kind":"configmaps","uid":"{{made.Uid}}"}""");
        (await GetAsync(In("configmaps/a"))).Code.Should().Be(404);
    }

    [Fact]
    public async Task Delete_MissingObject_IsNotFound() => (await DeleteAsync(In("configmaps/none"))).ShouldBeStatus(404, "NotFound", "configmaps \"none\" not found");

    [Fact]
    public async Task Delete_WithTheUidOfAnother_IsAConflict()
    {
        var made = await CreateConfigMapAsync("a");

        (await DeleteAsync(In("configmaps/a"), """{"preconditions":{"uid":"x"}}""")).ShouldBeStatus(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (x) does not match the UID in record ({made.Uid}). The object might have been deleted and then recreated");
        (await DeleteAsync(In("configmaps/a"), $$$"""{"preconditions":{"uid":"{{{made.Uid}}}"}}""")).Code.Should().Be(200);
    }

    [Fact]
    public async Task Delete_WithAStaleResourceVersion_IsAConflict()
    {
        var made = await CreateConfigMapAsync("a");

        (await DeleteAsync(In("configmaps/a"), """{"preconditions":{"resourceVersion":"1"}}""")).ShouldBeStatus(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({made.ResourceVersion}). "
            + "The object might have been modified");
    }

    [Theory]
    [InlineData("", """{"propagationPolicy":"Nope"}""", "propagationPolicy: Unsupported value: \"Nope\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"")]
    [InlineData("?propagationPolicy=Nope", null, "propagationPolicy: Unsupported value: \"Nope\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"")]
    [InlineData("", """{"propagationPolicy":"Orphan","orphanDependents":true}""", "propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set")]
    public async Task Delete_WithInvalidOptions_SaysWhich(string query, string? options, string message)
    {
        await CreateConfigMapAsync("a");

        var reply = await DeleteAsync(In("configmaps/a" + query), options);

        reply.ShouldBeStatus(422, "Invalid", $"DeleteOptions.meta.k8s.io \"\" is invalid: {message}");
        ((string?)reply.Details["group"]).Should().Be("meta.k8s.io");
        reply.Causes.Should().ContainSingle();
    }

    [Fact]
    public async Task Delete_WithAGracePeriodThatIsNoNumber_IsRefused()
    {
        await CreateConfigMapAsync("a");

        (await DeleteAsync(In("configmaps/a?gracePeriodSeconds=x"))).ShouldBeStatus(400, "BadRequest", "strconv.ParseInt: parsing \"x\": invalid syntax");
    }

    [Fact]
    public async Task Finalizers_Left_KeepTheObject()
    {
        var made = await CreateHeldAsync();

        var reply = await DeleteAsync(In("configmaps/f"));

        reply.Code.Should().Be(200);
        ((string?)reply.Json["kind"]).Should().Be("ConfigMap");
        ((string?)reply.Metadata["deletionTimestamp"]).Should().MatchRegex(@"^\d{4}-.*Z$");
        ((long?)reply.Metadata["deletionGracePeriodSeconds"]).Should().Be(0);
        reply.ResourceVersion.Should().NotBe(made.ResourceVersion);
        (await GetAsync(In("configmaps/f"))).Text.Should().Be(reply.Text);
    }

    [Fact]
    public async Task Delete_Again_ChangesNothing()
    {
        await CreateHeldAsync();
        var first = await DeleteAsync(In("configmaps/f"));

        (await DeleteAsync(In("configmaps/f"))).Text.Should().Be(first.Text);
    }

    [Fact]
    public async Task Finalizer_AddedWhileDeleting_IsForbidden()
    {
        await CreateHeldAsync();
        await DeleteAsync(In("configmaps/f"));

        (await PatchAsync(In("configmaps/f"), """{"metadata":{"finalizers":["example.com/a","example.com/c"]}}""")).ShouldBeStatus(
            422,
            "Invalid",
            "ConfigMap \"f\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/c\"}");
    }

    [Fact]
    public async Task Object_WhileDeleting_CanBeChangedButNotRevived()
    {
        await CreateHeldAsync();
        var deleting = await DeleteAsync(In("configmaps/f"));

        (await PatchAsync(In("configmaps/f"), """{"data":{"z":"1"}}""")).Json["data"]!.ToJsonString().Should().Be("""{"k":"v","z":"1"}""");
        ((string?)(await PatchAsync(In("configmaps/f"), """{"metadata":{"deletionTimestamp":null}}""")).Metadata["deletionTimestamp"])
            .Should().Be((string?)deleting.Metadata["deletionTimestamp"]);
    }

    [Fact]
    public async Task Create_WhileTheOldOneIsDeleting_SaysSo()
    {
        await CreateHeldAsync();
        await DeleteAsync(In("configmaps/f"));

        (await PostAsync(In("configmaps"), """{"metadata":{"name":"f"}}""")).ShouldBeStatus(409, "AlreadyExists", "object is being deleted: configmaps \"f\" already exists");
    }

    [Fact]
    public async Task LastFinalizer_Removed_RemovesTheObject()
    {
        await CreateHeldAsync();
        await DeleteAsync(In("configmaps/f"));

        (await PatchAsync(In("configmaps/f"), """{"metadata":{"finalizers":["example.com/b"]}}""")).Code.Should().Be(200);
        (await GetAsync(In("configmaps/f"))).Code.Should().Be(200);
        var last = await PatchAsync(In("configmaps/f"), """{"metadata":{"finalizers":null}}""");

        last.Code.Should().Be(200);
        last.Metadata.Should().ContainKey("deletionTimestamp").And.NotContainKey("finalizers");
        (await GetAsync(In("configmaps/f"))).Code.Should().Be(404);
    }

    [Fact]
    public async Task Finalizers_RemovedBeforeDeletion_KeepTheObject()
    {
        await CreateHeldAsync();

        await PatchAsync(In("configmaps/f"), """{"metadata":{"finalizers":null}}""");

        (await GetAsync(In("configmaps/f"))).Code.Should().Be(200);
    }

    [Fact]
    public async Task DeleteCollection_WithASelector_DeletesThoseAndAnswersThem()
    {
        foreach (var name in (string[])["u", "v", "w"])
        {
            await CreateConfigMapAsync(name, $$$"""
                "labels":{"g":"{{{(name == "w" ? 2 : 1)}}}"}
                """);
        }

        var reply = await DeleteAsync(In("configmaps?labelSelector=g%3D1"));

        reply.Code.Should().Be(200);
        ((string?)reply.Json["kind"]).Should().Be("ConfigMapList");
        reply.Names.Should().BeEquivalentTo("u", "v");
        (await GetAsync(In("configmaps?labelSelector=g"))).Names.Should().Equal("w");
    }

    [Fact]
    public async Task DeleteCollection_DryRun_DeletesNothing()
    {
        await CreateConfigMapAsync("u", "\"labels\":{\"g\":\"1\"}");

        (await DeleteAsync(In("configmaps?labelSelector=g%3D1&dryRun=All"))).Names.Should().Equal("u");
        (await GetAsync(In("configmaps/u"))).Code.Should().Be(200);
    }

    [Fact]
    public async Task DeleteCollection_WithABadSelector_DeletesNothing()
    {
        await CreateConfigMapAsync("u");

        (await DeleteAsync(In("configmaps?labelSelector=g%3D%3D%3D1"))).ShouldBeStatus(400, "BadRequest", "unable to parse requirement: found '=', expected: identifier");
        (await GetAsync(In("configmaps/u"))).Code.Should().Be(200);
    }

    [Theory]
    [InlineData("", """{"dryRun":["All"]}""")]
    [InlineData("?dryRun=All", null)]
    public async Task Delete_DryRun_DeletesNothing(string query, string? options)
    {
        await CreateConfigMapAsync("a");

        ((string?)(await DeleteAsync(In("configmaps/a" + query), options)).Json["status"]).Should().Be("Success");
        (await GetAsync(In("configmaps/a"))).Code.Should().Be(200);
    }

    [Fact]
    public async Task Delete_DryRunWithPolicy_AnswersWhatWouldBe()
    {
        await CreateConfigMapAsync("a");

        var reply = await DeleteAsync(In("configmaps/a?dryRun=All&propagationPolicy=Foreground"));

        reply.Metadata["finalizers"]!.ToJsonString().Should().Be("""["foregroundDeletion"]""");
        (await GetAsync(In("configmaps/a"))).Metadata.Should().NotContainKey("finalizers").And.NotContainKey("deletionTimestamp");
    }
}

public sealed class SimulatedDeletion(SimulatedServer server) : DeletionCases(server);

public sealed class RealDeletion(RealServer server) : DeletionCases(server);

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Owner references and what becomes of dependents.</summary>
public abstract class OwnerCases(ConformanceServer server) : ConformanceCases(server)
{
    private static string OwnedBy(params Reply[] owners) =>
        "\"ownerReferences\":[" + string.Join(',', owners.Select(o => $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{o.Name}}","uid":"{{o.Uid}}","blockOwnerDeletion":true}""")) + "]";

    [Theory]
    [InlineData("?propagationPolicy=Background")]
    [InlineData("")]
    public async Task Background_OwnerDeleted_DependentsFollow(string query)
    {
        var owner = await CreateConfigMapAsync("owner");
        await CreateConfigMapAsync("dependent", OwnedBy(owner));

        ((string?)(await DeleteAsync(In("configmaps/owner" + query))).Json["status"]).Should().Be("Success", "the owner goes at once");

        await UntilGoneAsync(In("configmaps/dependent"));
    }

    [Fact]
    public async Task Foreground_DependentHeld_OwnerWaits()
    {
        var owner = await CreateConfigMapAsync("owner");
        await CreateConfigMapAsync("dependent", OwnedBy(owner) + ",\"finalizers\":[\"example.com/a\"]");
        await CaughtUpAsync();

        var reply = await DeleteAsync(In("configmaps/owner"), """{"propagationPolicy":"Foreground"}""");

        reply.Metadata["finalizers"]!.ToJsonString().Should().Be("""["foregroundDeletion"]""");
        reply.Metadata.Should().ContainKey("deletionTimestamp");
        await UntilAsync(In("configmaps/dependent"), d => d["metadata"]!["deletionTimestamp"] is not null);
        (await GetAsync(In("configmaps/owner"))).Code.Should().Be(200, "its dependent is still there");
        await PatchAsync(In("configmaps/dependent"), """{"metadata":{"finalizers":null}}""");
        await UntilGoneAsync(In("configmaps/owner"));
    }

    [Fact]
    public async Task Foreground_WithoutDependents_GoesSoon()
    {
        await CreateConfigMapAsync("owner");

        (await DeleteAsync(In("configmaps/owner"), """{"propagationPolicy":"Foreground"}""")).Metadata["finalizers"]!.ToJsonString().Should().Be("""["foregroundDeletion"]""");

        await UntilGoneAsync(In("configmaps/owner"));
    }

    [Theory]
    [InlineData("""{"propagationPolicy":"Orphan"}""")]
    [InlineData("""{"orphanDependents":true}""")]
    public async Task Orphan_OwnerDeleted_DependentsStayWithoutIt(string options)
    {
        var owner = await CreateConfigMapAsync("owner");
        await CreateConfigMapAsync("dependent", OwnedBy(owner));
        await CaughtUpAsync();

        (await DeleteAsync(In("configmaps/owner"), options)).Metadata["finalizers"]!.ToJsonString().Should().Be("""["orphan"]""");

        await UntilGoneAsync(In("configmaps/owner"));
        (await GetAsync(In("configmaps/dependent"))).Metadata.Should().NotContainKey("ownerReferences");
    }

    [Fact]
    public async Task Dependent_OfAnOwnerThatNeverWas_IsCollected()
    {
        await CreateConfigMapAsync("dependent", """
            "ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"gone","uid":"11111111-2222-3333-4444-555555555555"}]
            """);

        await UntilGoneAsync(In("configmaps/dependent"));
    }

    [Fact]
    public async Task Dependent_OfTwo_StaysWithTheOneThatIsLeft()
    {
        var (first, second) = (await CreateConfigMapAsync("first"), await CreateConfigMapAsync("second"));
        await CreateConfigMapAsync("dependent", OwnedBy(first, second));
        await CaughtUpAsync();

        await DeleteAsync(In("configmaps/first"), """{"propagationPolicy":"Background"}""");

        var left = await UntilAsync(In("configmaps/dependent"), d => d["metadata"]!["ownerReferences"]!.AsArray().Count == 1);
        ((string?)left.Metadata["ownerReferences"]![0]!["uid"]).Should().Be(second.Uid);
    }

    [Fact]
    public async Task Dependents_OfDependents_FollowToo()
    {
        var owner = await CreateConfigMapAsync("owner");
        var child = await CreateConfigMapAsync("child", OwnedBy(owner));
        await CreateConfigMapAsync("grandchild", OwnedBy(child));

        await DeleteAsync(In("configmaps/owner"));

        await UntilGoneAsync(In("configmaps/grandchild"));
    }

    // The collector learns of owner references from a watch; another object that waits for it tells that it has caught up.
    private async Task CaughtUpAsync()
    {
        var probe = await CreateConfigMapAsync(Unique("probe"));
        var dependent = await CreateConfigMapAsync(Unique("probed"), OwnedBy(probe));
        await DeleteAsync(In($"configmaps/{probe.Name}"));
        await UntilGoneAsync(In($"configmaps/{dependent.Name}"));
    }
}

public sealed class SimulatedOwners(SimulatedServer server) : OwnerCases(server);

public sealed class RealOwners(RealServer server) : OwnerCases(server);

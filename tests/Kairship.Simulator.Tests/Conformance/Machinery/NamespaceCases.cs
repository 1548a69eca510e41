namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Namespaces, from their creation to their end.</summary>
public abstract class NamespaceCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string All = "/api/v1/namespaces";

    private string Path => $"{All}/{Namespace}";

    [Fact]
    public async Task Namespace_New_IsActiveWithItsFinalizer()
    {
        var ns = await GetAsync(Path);

        ns.Json["spec"]!.ToJsonString().Should().Be("""{"finalizers":["kubernetes"]}""");
        ns.Json["status"]!.ToJsonString().Should().Be("""{"phase":"Active"}""");
    }

    [Fact]
    public async Task Namespace_New_HasItsNameAsLabelSince121()
    {
        var label = (string?)(await GetAsync(Path)).Metadata["labels"]?["kubernetes.io/metadata.name"];

        label.Should().Be(Since(1, 21) ? Namespace : null);
    }

    [Fact]
    public async Task Namespace_New_GetsAServiceAccountAndTheRootCertificate()
    {
        await UntilAsync(In("serviceaccounts/default"), _ => true);
        await UntilAsync(In("configmaps/kube-root-ca.crt"), c => ((string?)c["data"]?["ca.crt"])?.StartsWith("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Namespace_SpecPatched_KeepsItsFinalizers() =>
        (await PatchAsync(Path, """{"spec":{"finalizers":["example.com/a"]}}""")).Json["spec"]!.ToJsonString().Should().Be("""{"finalizers":["kubernetes"]}""");

    [Theory]
    [InlineData("default")]
    [InlineData("kube-system")]
    [InlineData("kube-public")]
    public async Task Namespace_OfTheSystem_MayNotBeDeleted(string name) =>
        (await DeleteAsync($"{All}/{name}")).ShouldBeStatus(403, "Forbidden", $"namespaces \"{name}\" is forbidden: this namespace may not be deleted");

    [Fact]
    public async Task Deletion_Begun_AnswersItTerminating()
    {
        var reply = await DeleteAsync(Path);

        reply.Code.Should().Be(200);
        ((string?)reply.Json["kind"]).Should().Be("Namespace");
        ((string?)reply.Json["status"]!["phase"]).Should().Be("Terminating");
        reply.Metadata.Should().ContainKey("deletionTimestamp").And.NotContainKey("deletionGracePeriodSeconds");
        await UntilGoneAsync(Path);
    }

    [Fact]
    public async Task Deletion_DryRun_OnlySaysSo()
    {
        var reply = await DeleteAsync(Path + "?dryRun=All");

        ((string?)reply.Json["status"]!["phase"]).Should().Be("Terminating");
        ((string?)(await GetAsync(Path)).Json["status"]!["phase"]).Should().Be("Active");
    }

    [Fact]
    public async Task Deletion_ContentHeld_WaitsForItAndThenTakesEverything()
    {
        await CreateConfigMapAsync("held", "\"finalizers\":[\"example.com/a\"]");
        await CreateConfigMapAsync("plain");
        await CreateAsync(In("secrets"), """{"metadata":{"name":"s"}}""");

        await DeleteAsync(Path);

        await UntilGoneAsync(In("configmaps/plain"));
        await UntilGoneAsync(In("secrets/s"));
        (await UntilAsync(In("configmaps/held"), c => c["metadata"]!["deletionTimestamp"] is not null)).Code.Should().Be(200);
        (await GetAsync(Path)).Code.Should().Be(200);
        await PatchAsync(In("configmaps/held"), """{"metadata":{"finalizers":null}}""");
        await UntilGoneAsync(Path);
    }

    [Fact]
    public async Task Deletion_ContentHeld_IsToldInConditions()
    {
        await CreateConfigMapAsync("held", "\"finalizers\":[\"example.com/a\"]");

        await DeleteAsync(Path);

        var ns = await UntilAsync(Path, n => Condition(n, "NamespaceContentRemaining") is { } c && (string?)c["status"] == "True");
        ((string?)Condition(ns.Json, "NamespaceContentRemaining")!["reason"]).Should().Be("SomeResourcesRemain");
        ((string?)Condition(ns.Json, "NamespaceContentRemaining")!["message"]).Should().Be("Some resources are remaining: configmaps. has 1 resource instances");
        ((string?)Condition(ns.Json, "NamespaceFinalizersRemaining")!["reason"]).Should().Be("SomeFinalizersRemain");
        ((string?)Condition(ns.Json, "NamespaceFinalizersRemaining")!["message"]).Should().Be("Some content in the namespace has finalizers remaining: example.com/a in 1 resource instances");
        ((string?)Condition(ns.Json, "NamespaceDeletionContentFailure")!["status"]).Should().Be("False");
        await PatchAsync(In("configmaps/held"), """{"metadata":{"finalizers":null}}""");
    }

    [Fact]
    public async Task Create_InATerminatingNamespace_IsForbidden()
    {
        await CreateConfigMapAsync("held", "\"finalizers\":[\"example.com/a\"]");
        await DeleteAsync(Path);

        var reply = await PostAsync(In("configmaps"), """{"metadata":{"name":"late"}}""");

        reply.ShouldBeStatus(403, "Forbidden", $"configmaps \"late\" is forbidden: unable to create new content in namespace {Namespace} because it is being terminated");
        reply.Causes.Should().Equal($"NamespaceTerminating metadata.namespace: namespace {Namespace} is being terminated");
        await PatchAsync(In("configmaps/held"), """{"metadata":{"finalizers":null}}""");
    }

    [Fact]
    public async Task Finalize_OfATerminatingNamespace_LetsItGo()
    {
        await CreateConfigMapAsync("held", "\"finalizers\":[\"example.com/a\"]");
        await DeleteAsync(Path);

        var reply = await PutAsync(Path + "/finalize", $$$"""{"metadata":{"name":"{{{Namespace}}}"},"spec":{}}""");

        reply.Code.Should().Be(200);
        reply.Json["spec"]!.ToJsonString().Should().Be("{}");
        (await GetAsync(Path)).Code.Should().Be(404);
    }

    [Fact]
    public async Task List_OfAMissingNamespace_IsEmpty()
    {
        var reply = await GetAsync($"{All}/none/configmaps");

        reply.Code.Should().Be(200);
        reply.Items().Should().BeEmpty();
    }

    private static System.Text.Json.Nodes.JsonNode? Condition(System.Text.Json.Nodes.JsonObject ns, string type) =>
        (ns["status"]?["conditions"]?.AsArray() ?? []).FirstOrDefault(c => (string?)c!["type"] == type);
}

public sealed class SimulatedNamespaces(SimulatedServer server) : NamespaceCases(server);

public sealed class RealNamespaces(RealServer server) : NamespaceCases(server);

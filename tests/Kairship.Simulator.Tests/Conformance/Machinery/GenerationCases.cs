namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>What counts generations, and what raises them.</summary>
public abstract class GenerationCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Deployment = """
        {"metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},
         "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """;

    private string Path => In("apps/v1", "deployments/d");

    [Fact]
    public async Task Generation_OfANewWorkload_IsOne() => (await CreateAsync(In("apps/v1", "deployments"), Deployment)).Generation.Should().Be(1);

    [Fact]
    public async Task Generation_LabelsChanged_Stays()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        (await PatchAsync(Path, """{"metadata":{"labels":{"l":"1"}}}""")).Generation.Should().Be(1);
    }

    [Fact]
    public async Task Generation_AnnotationsOfADeploymentChanged_Rises()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        var before = (await GetAsync(Path)).Generation;
        (await PatchAsync(Path, """{"metadata":{"annotations":{"x":"y"}}}""")).Generation.Should().Be(before + 1, "Kubernetes counts them for Deployments");
    }

    [Fact]
    public async Task Generation_SpecChanged_Rises()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        (await PatchAsync(Path, """{"spec":{"paused":true}}""")).Generation.Should().Be(2);
        (await PatchAsync(Path, """{"spec":{"paused":true}}""")).Generation.Should().Be(2, "nothing changed");
        (await PatchAsync(Path, """{"metadata":{"generation":9}}""")).Generation.Should().Be(2, "it is the server's");
    }

    [Fact]
    public async Task Generation_StatusWritten_Stays()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment);

        var reply = await PatchAsync(Path + "/status", """{"status":{"replicas":3},"spec":{"replicas":5}}""");

        reply.Generation.Should().Be(1);
        ((int)reply.Json["spec"]!["replicas"]!).Should().Be(0, "the status endpoint does not write the spec");
    }

    [Fact]
    public async Task Generation_DeletedWithFinalizer_Rises()
    {
        await CreateAsync(In("apps/v1", "deployments"), Deployment.Replace("\"name\":\"d\"", "\"name\":\"d\",\"finalizers\":[\"example.com/x\"]", StringComparison.Ordinal));

        (await DeleteAsync(Path)).Generation.Should().Be(2);
        (await PatchAsync(Path, """{"metadata":{"finalizers":null}}""")).Code.Should().Be(200);
    }

    [Theory]
    [InlineData("", "services", """{"ports":[{"port":80}]}""", 0)]
    [InlineData("", "replicationcontrollers", """{"replicas":0,"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}""", 1)]
    [InlineData("", "resourcequotas", """{"hard":{"pods":"50"}}""", 0)]
    [InlineData("networking.k8s.io/v1", "networkpolicies", """{"podSelector":{}}""", 1)]
    [InlineData("networking.k8s.io/v1", "ingresses", """{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}""", 1)]
    [InlineData("coordination.k8s.io/v1", "leases", "{}", 0)]
    public async Task Generation_OfAKind_IsCountedOrNot(string groupVersion, string plural, string spec, long generation)
    {
        var path = groupVersion.Length == 0 ? In(plural) : In(groupVersion, plural);

        (await CreateAsync(path, $$$"""{"metadata":{"name":"g"},"spec":{{{spec}}}}""")).Generation.Should().Be(generation);
    }
}

public sealed class SimulatedGenerations(SimulatedServer server) : GenerationCases(server);

public sealed class RealGenerations(RealServer server) : GenerationCases(server);

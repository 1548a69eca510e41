namespace Kairship.Simulator.Tests.Conformance.Subresources;

/// <summary>The status of built-in kinds.</summary>
public abstract class StatusCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Idle = """
        {"metadata":{"name":"s","labels":{"a":"b"}},"spec":{"replicas":0,"serviceName":"s","selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},
         "spec":{"containers":[{"name":"c","image":"i:1"}]}}}}
        """;

    private string Path => In("apps/v1", "statefulsets/s");

    [Fact]
    public async Task Status_Patch_ChangesTheStatusOnly()
    {
        await CreateAsync(In("apps/v1", "statefulsets"), Idle);

        var reply = await PatchAsync(Path + "/status", """{"spec":{"replicas":7},"status":{"conditions":[{"type":"X","status":"True"}]}}""");

        reply.Code.Should().Be(200);
        ((long)reply.Json["spec"]!["replicas"]!).Should().Be(0);
        reply.Json["status"]!["conditions"]!.AsArray().Should().ContainSingle().Which!["type"]!.GetValue<string>().Should().Be("X");
        reply.Generation.Should().Be(1);
    }

    [Fact]
    public async Task Status_StrategicPatch_MergesConditionsByType()
    {
        await CreateAsync(In("apps/v1", "statefulsets"), Idle);
        await UntilAsync(() => GetAsync(Path), s => (long?)s.Json["status"]?["observedGeneration"] == 1);
        await PatchAsync(Path + "/status", """{"status":{"conditions":[{"type":"X","status":"True"}]}}""", "strategic");

        var reply = await PatchAsync(Path + "/status", """{"status":{"conditions":[{"type":"Y","status":"False"},{"type":"X","status":"False"}]}}""", "strategic");

        reply.Json["status"]!["conditions"]!.AsArray().Select(c => $"{c!["type"]}={c["status"]}").Should().Equal("Y=False", "X=False");
    }

    [Fact]
    public async Task Main_Write_LeavesTheStatusAlone()
    {
        await CreateAsync(In("apps/v1", "statefulsets"), Idle.Replace("\"spec\":{\"replicas\"", "\"status\":{\"replicas\":9},\"spec\":{\"replicas\"", StringComparison.Ordinal));
        await PatchAsync(Path + "/status", """{"status":{"conditions":[{"type":"X","status":"True"}]}}""");

        var patched = await PatchAsync(Path, """{"metadata":{"labels":{"c":"d"}},"status":{"conditions":null,"replicas":9}}""");

        patched.Json["status"]!["conditions"]!.AsArray().Should().ContainSingle();
        ((long?)patched.Json["status"]!["replicas"] ?? 0).Should().Be(0);
    }

    [Fact]
    public async Task Status_WithImpossibleCounts_IsInvalid()
    {
        await CreateAsync(
            In("apps/v1", "deployments"),
            """{"metadata":{"name":"s"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}}""");

        var reply = await PatchAsync(In("apps/v1", "deployments/s/status"), """{"status":{"replicas":-1}}""");

        (reply.Code, reply.Reason).Should().Be((422, "Invalid"));
        reply.Causes.Should().Contain("FieldValueInvalid status.replicas: Invalid value: -1: must be greater than or equal to 0");
    }

    [Fact]
    public async Task Status_OtherMethods_AreNotAllowed_MissingObjectsNotFound()
    {
        await CreateAsync(In("apps/v1", "statefulsets"), Idle);

        (await DeleteAsync(Path + "/status")).ShouldBeStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        (await PostAsync(Path + "/status", "{}")).Code.Should().Be(405);
        (await GetAsync(In("apps/v1", "statefulsets/none/status"))).ShouldBeStatus(404, "NotFound", "statefulsets.apps \"none\" not found");
        (await GetAsync(In("configmaps/kube-root-ca.crt/status"))).ShouldBeStatus(404, "NotFound", "the server could not find the requested resource");
        (await GetAsync(Path + "/frob")).ShouldBeStatus(404, "NotFound", "the server could not find the requested resource");
    }

    [Fact]
    public async Task Status_Put_WithAnOldVersion_Conflicts()
    {
        var first = await CreateAsync(In("apps/v1", "statefulsets"), Idle);
        await PatchAsync(Path, """{"metadata":{"labels":{"c":"d"}}}""");

        (await PutAsync(Path + "/status", first.Text)).ShouldBeStatus(
            409, "Conflict", "Operation cannot be fulfilled on statefulsets.apps \"s\": the object has been modified; please apply your changes to the latest version and try again");
    }
}

public sealed class SimulatedStatuses(SimulatedServer server) : StatusCases(server);

public sealed class RealStatuses(RealServer server) : StatusCases(server);

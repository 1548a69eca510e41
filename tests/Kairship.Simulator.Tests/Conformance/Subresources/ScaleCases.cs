namespace Kairship.Simulator.Tests.Conformance.Subresources;

/// <summary>The scale of workloads.</summary>
public abstract class ScaleCases(ConformanceServer server) : ConformanceCases(server)
{
    // On a node that does not exist: nothing runs, the counts stay.
    private const string Workload = """
        {"metadata":{"name":"w"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"w","tier":"x"}},"template":{"metadata":{"labels":{"app":"w","tier":"x"}},
         "spec":{"nodeSelector":{"no":"no"},"containers":[{"name":"c","image":"i:1"}]}}}}
        """;

    [Theory]
    [InlineData("deployments")]
    [InlineData("replicasets")]
    [InlineData("statefulsets")]
    public async Task Scale_OfAWorkload_ShowsAndSetsItsReplicas(string plural)
    {
        var made = await CreateAsync(In("apps/v1", plural), Workload);
        var path = In("apps/v1", plural + "/w/scale");

        var scale = await GetAsync(path);
        ((string)scale.Json["kind"]!, (string)scale.Json["apiVersion"]!, scale.Name, scale.Uid).Should().Be(("Scale", "autoscaling/v1", "w", made.Uid));
        scale.Json["spec"]!.ToJsonString().Should().Be("{}");
        ((long)scale.Json["status"]!["replicas"]!).Should().Be(0);
        ((string)scale.Json["status"]!["selector"]!).Should().Be("app=w,tier=x");

        (await PatchAsync(path, """{"spec":{"replicas":2}}""")).Json["spec"]!.ToJsonString().Should().Be("""{"replicas":2}""");
        (await PatchAsync(path, """[{"op":"replace","path":"/spec/replicas","value":3}]""", "json")).Code.Should().Be(200);
        (await PatchAsync(path, """{"spec":{"replicas":4}}""", "strategic")).Code.Should().Be(200);
        ((long)(await GetAsync(In("apps/v1", plural + "/w"))).Json["spec"]!["replicas"]!).Should().Be(4);
    }

    [Fact]
    public async Task Scale_Put_NeedsTheNameAndTheKind()
    {
        await CreateAsync(In("apps/v1", "deployments"), Workload);
        var path = In("apps/v1", "deployments/w/scale");

        (await PutAsync(path, """{"spec":{"replicas":1}}""")).ShouldBeStatus(
            400, "BadRequest", "the name of the object (w based on URL) was undeterminable: name must be provided");
        (await PutAsync(path, $$$"""{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"x","namespace":"{{{Namespace}}}"},"spec":{"replicas":1}}""")).ShouldBeStatus(
            400, "BadRequest", "the name of the object (x) does not match the name on the URL (w)");
        (await PutAsync(path, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"w"},"spec":{"replicas":1}}""")).ShouldBeStatus(
            400, "BadRequest", "Deployment in version \"v1\" cannot be handled as a Scale: converting (v1.Deployment) to (autoscaling.Scale): unknown conversion");
        (await PutAsync(path, $$$"""{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"w","namespace":"{{{Namespace}}}"},"spec":{"replicas":1}}"""))
            .Json["spec"]!.ToJsonString().Should().Be("""{"replicas":1}""");
    }

    [Fact]
    public async Task Scale_WithAnOldVersion_Conflicts()
    {
        var first = await CreateAsync(In("apps/v1", "deployments"), Workload);
        await PatchAsync(In("apps/v1", "deployments/w"), """{"metadata":{"labels":{"c":"d"}}}""");

        (await PatchAsync(In("apps/v1", "deployments/w/scale"), $$$"""{"metadata":{"resourceVersion":"{{{first.ResourceVersion}}}"},"spec":{"replicas":1}}""")).ShouldBeStatus(
            409, "Conflict", "Operation cannot be fulfilled on deployments.apps \"w\": the object has been modified; please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task Scale_BelowZero_IsInvalid()
    {
        await CreateAsync(In("apps/v1", "deployments"), Workload);

        (await PatchAsync(In("apps/v1", "deployments/w/scale"), """{"spec":{"replicas":-1}}""")).ShouldBeStatus(
            422, "Invalid", "Scale.autoscaling \"w\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0");
    }

    [Fact]
    public async Task Scale_OfWhatHasNone_IsNotFound()
    {
        (await GetAsync(In("apps/v1", "deployments/none/scale"))).ShouldBeStatus(404, "NotFound", "deployments/scale.apps \"none\" not found");
        (await GetAsync(In("apps/v1", "daemonsets/x/scale"))).ShouldBeStatus(404, "NotFound", "the server could not find the requested resource");
        (await GetAsync(In("configmaps/x/scale"))).ShouldBeStatus(404, "NotFound", "the server could not find the requested resource");
        (await DeleteAsync(In("apps/v1", "deployments/x/scale"))).ShouldBeStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    [Fact]
    public async Task Scale_DryRun_KeepsNothing()
    {
        var before = await CreateAsync(In("apps/v1", "statefulsets"), Workload);

        (await PatchAsync(In("apps/v1", "statefulsets/w/scale?dryRun=All"), """{"spec":{"replicas":3}}""")).Json["spec"]!.ToJsonString().Should().Be("""{"replicas":3}""");

        ((long)(await GetAsync(In("apps/v1", "statefulsets/w"))).Json["spec"]!["replicas"]!).Should().Be(0);
        before.Generation.Should().Be(1);
    }
}

public sealed class SimulatedScales(SimulatedServer server) : ScaleCases(server);

public sealed class RealScales(RealServer server) : ScaleCases(server);

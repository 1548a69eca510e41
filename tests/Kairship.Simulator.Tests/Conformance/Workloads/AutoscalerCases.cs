namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Autoscalers of two to three pods.</summary>
public abstract class AutoscalingCases(ConformanceServer server) : WorkloadCases(server)
{
    protected async Task<string> AutoscalerPathAsync(string name) => In(await KindAsync("HorizontalPodAutoscaler", "autoscaling", "v2", "v2beta2"), name);

    protected async Task<string> AutoscalerAsync(string target)
    {
        var path = await AutoscalerPathAsync(target);
        await CreateAsync(path[..path.LastIndexOf('/')], $$"""
            {"metadata":{"name":"{{target}}"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"{{target}}"},"minReplicas":2,"maxReplicas":3,
             "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50} } }]} }
            """);
        return path;
    }
}

/// <summary>A HorizontalPodAutoscaler whose metrics are not to be had. Neither server is asked for less than the control loop's 15 seconds.</summary>
public abstract class AutoscalerCases(ConformanceServer server) : AutoscalingCases(server)
{
    [Fact]
    public async Task Autoscaler_OverATargetOutOfItsBounds_SetsTheBoundThenLacksMetrics()
    {
        (string Name, int Before, int After, string Why)[] targets =
            [("few", 1, 2, "Current number of replicas below Spec.MinReplicas"), ("many", 4, 3, "Current number of replicas above Spec.MaxReplicas")];
        foreach (var (name, before, _, _) in targets)
        {
            await DeploymentAsync(name, before);
            await UntilRolledOutAsync(name);
            await AutoscalerAsync(name);
        }

        foreach (var (name, _, after, why) in targets)
        {
            var target = await UntilAsync(In("apps/v1", $"deployments/{name}"), d => Number(d, "spec", "replicas") == after);
            target.Generation.Should().Be(2);
            (await EventAsync("HorizontalPodAutoscaler", name, "SuccessfulRescale")).Should().Be($"Normal New size: {after}; reason: {why}");
            var autoscaler = await AutoscalerPathAsync(name);
            var scaled = await UntilAsync(autoscaler, a => Say(a, "AbleToScale") is not null);
            Number(scaled.Json, "status", "desiredReplicas").Should().Be(after);
            Text(scaled.Json, "status", "lastScaleTime").Should().NotBeNull();
            var lacking = await UntilAsync(autoscaler, a => Say(a, "ScalingActive") is not null);
            Say(lacking.Json, "ScalingActive").Should()
                .StartWith("False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: ");
            Say(lacking.Json, "AbleToScale").Should().Be("True SucceededGetScale: the HPA controller was able to get the target's current scale");
        }
    }
}

public sealed class SimulatedAutoscalers(SimulatedServer server) : AutoscalerCases(server);

public sealed class RealAutoscalers(RealServer server) : AutoscalerCases(server);

/// <summary>Autoscalers that have nothing to scale.</summary>
public abstract class IdleAutoscalerCases(ConformanceServer server) : AutoscalingCases(server)
{
    [Fact]
    public async Task Autoscaler_WithoutItsTarget_CannotScale()
    {
        var autoscaler = await AutoscalerAsync("none");
        var unable = await UntilAsync(autoscaler, a => Say(a, "AbleToScale") is not null);

        Say(unable.Json, "AbleToScale").Should()
            .Be("False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments/scale.apps \"none\" not found");
        (await EventAsync("HorizontalPodAutoscaler", "none", "FailedGetScale")).Should().Be("Warning deployments/scale.apps \"none\" not found");
    }

    [Fact]
    public async Task Autoscaler_OverATargetOfSizeZero_IsDisabled()
    {
        await DeploymentAsync("web", 0);
        var autoscaler = await AutoscalerAsync("web");
        var disabled = await UntilAsync(autoscaler, a => Say(a, "ScalingActive") is not null);

        Say(disabled.Json, "ScalingActive").Should().Be("False ScalingDisabled: scaling is disabled since the replica count of the target is zero");
        Number((await GetAsync(In("apps/v1", "deployments/web"))).Json, "spec", "replicas").Should().Be(0);
    }
}

public sealed class SimulatedIdleAutoscalers(SimulatedServer server) : IdleAutoscalerCases(server);

public sealed class RealIdleAutoscalers(RealServer server) : IdleAutoscalerCases(server);

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Leases, events, and kinds that are served in two versions or groups at once.</summary>
public abstract class CoordinationCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Event = """
        {"metadata":{"name":"e"},"involvedObject":{"kind":"ConfigMap","namespace":"NS","name":"a"},"reason":"R","message":"m","type":"Normal",
         "firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:00Z","count":3,"source":{"component":"c","host":"h"}}
        """;

    private string Leases => In("coordination.k8s.io/v1", "leases");

    private Task<Reply> CreateEventAsync() => CreateAsync(In("events"), Event.Replace("NS", Namespace, StringComparison.Ordinal));

    [Fact]
    public async Task Lease_New_KeepsMicroseconds() => (await CreateAsync(Leases, """
        {"metadata":{"name":"l"},"spec":{"holderIdentity":"me","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z","leaseTransitions":0}}
        """)).Json["spec"]!.ToJsonString().Should().Be("""{"holderIdentity":"me","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z","leaseTransitions":0}""");

    [Fact]
    public async Task Lease_TakenByTwo_IsAConflictForTheSecond()
    {
        var made = await CreateAsync(Leases, """{"metadata":{"name":"l"},"spec":{"holderIdentity":"a","leaseDurationSeconds":15}}""");

        var first = await PutAsync(Leases + "/l", made.Text.Replace("\"holderIdentity\":\"a\"", "\"holderIdentity\":\"b\"", StringComparison.Ordinal));
        var second = await PutAsync(Leases + "/l", made.Text.Replace("\"holderIdentity\":\"a\"", "\"holderIdentity\":\"c\"", StringComparison.Ordinal));

        first.Code.Should().Be(200);
        second.Reason.Should().Be("Conflict");
        ((string?)(await GetAsync(Leases + "/l")).Json["spec"]!["holderIdentity"]).Should().Be("b");
    }

    [Theory]
    [InlineData("""{"leaseDurationSeconds":0}""", "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("""{"leaseDurationSeconds":-1}""", "spec.leaseDurationSeconds: Invalid value: -1: must be greater than 0")]
    [InlineData("""{"leaseDurationSeconds":5,"leaseTransitions":-1}""", "spec.leaseTransitions: Invalid value: -1: must ")]
    public async Task Lease_ThatIsInvalid_SaysWhy(string spec, string why)
    {
        var reply = await PostAsync(Leases, $$$"""{"metadata":{"name":"l"},"spec":{{{spec}}}}""");

        reply.Code.Should().Be(422);
        reply.Message.Should().StartWith($"Lease.coordination.k8s.io \"l\" is invalid: {why}");
        ((string?)reply.Details["group"]).Should().Be("coordination.k8s.io");
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-01-01T00:00:00Z")]
    public async Task Lease_TimeWithoutMicroseconds_IsRefused(string time)
    {
        var reply = await PostAsync(Leases, $$$"""{"metadata":{"name":"l"},"spec":{"renewTime":"{{{time}}}"}}""");

        reply.Code.Should().Be(400);
        reply.Message.Should().StartWith("Lease in version \"v1\" cannot be handled as a Lease: ").And.Contain($"parsing time \"{time}\" as \"2006-01-02T15:04:05.000000Z07:00\"");
    }

    [Fact]
    public async Task Event_OfAnotherNamespace_IsRefused() => (await PostAsync(In("events"), """{"metadata":{"name":"e"},"involvedObject":{"kind":"ConfigMap","namespace":"other","name":"a"}}"""))
        .ShouldBeStatus(422, "Invalid", "Event \"e\" is invalid: involvedObject.namespace: Invalid value: \"other\": does not match event.namespace");

    [Fact]
    public async Task Event_OfTheCoreGroup_IsServedByEventsGroupToo()
    {
        var core = await CreateEventAsync();

        var other = await GetAsync(In("events.k8s.io/v1", "events/e"));

        other.Code.Should().Be(200);
        ((string?)other.Json["apiVersion"]).Should().Be("events.k8s.io/v1");
        (other.Uid, other.ResourceVersion).Should().Be((core.Uid, core.ResourceVersion));
        other.Json["regarding"]!.ToJsonString().Should().Be($$"""{"kind":"ConfigMap","namespace":"{{Namespace}}","name":"a"}""");
        ((string?)other.Json["note"]).Should().Be("m");
        ((string?)other.Json["reason"]).Should().Be("R");
        ((int?)other.Json["deprecatedCount"]).Should().Be(3);
        other.Json["deprecatedSource"]!.ToJsonString().Should().Be("""{"component":"c","host":"h"}""");
        ((string?)other.Json["deprecatedLastTimestamp"]).Should().Be("2026-01-01T00:00:00Z");
        other.Json.Should().NotContainKey("involvedObject").And.NotContainKey("message").And.NotContainKey("count");
    }

    [Fact]
    public async Task Event_OfTheEventsGroup_IsServedByCoreToo()
    {
        await CreateAsync(In("events.k8s.io/v1", "events"), $$$"""
            {"metadata":{"name":"e3"},"regarding":{"kind":"ConfigMap","namespace":"{{{Namespace}}}","name":"a"},"reason":"R","note":"n","type":"Normal","action":"A",
             "eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"example.com/c","reportingInstance":"i"}
            """);

        var core = await GetAsync(In("events/e3"));

        ((string?)core.Json["message"]).Should().Be("n");
        ((string?)core.Json["involvedObject"]!["name"]).Should().Be("a");
        ((string?)core.Json["reportingComponent"]).Should().Be("example.com/c");
        ((string?)core.Json["action"]).Should().Be("A");
    }

    [Fact]
    public async Task Events_Listed_SelectByTheFieldsOfTheirVersion()
    {
        await CreateEventAsync();

        (await GetAsync(In("events?fieldSelector=involvedObject.kind%3DConfigMap,reason%3DR"))).Names.Should().Equal("e");
        (await GetAsync(In("events?fieldSelector=involvedObject.kind%3DPod"))).Names.Should().BeEmpty();
        (await GetAsync(In("events.k8s.io/v1", "events?fieldSelector=regarding.kind%3DConfigMap"))).Names.Should().Equal("e");
    }

    [Fact]
    public async Task Autoscaler_OfVersion1_IsServedInTheNewerVersionToo()
    {
        var newer = await KindAsync("HorizontalPodAutoscaler", "autoscaling", "v2", "v2beta2");
        var made = await CreateAsync(In("autoscaling/v1", "horizontalpodautoscalers"), """
            {"metadata":{"name":"h"},"spec":{"maxReplicas":2,"targetCPUUtilizationPercentage":50,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}}}
            """);

        var other = await GetAsync(In(newer, "h"));

        ((string?)made.Json["apiVersion"]).Should().Be("autoscaling/v1");
        ((int?)made.Json["spec"]!["targetCPUUtilizationPercentage"]).Should().Be(50);
        ((int?)made.Json["spec"]!["minReplicas"]).Should().Be(1);
        ((string?)other.Json["apiVersion"]).Should().Be(newer.ApiVersion);
        other.Uid.Should().Be(made.Uid);
        other.Json["spec"]!["metrics"]!.ToJsonString().Should().Be(
            """[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}]""");
        other.Json["spec"]!.AsObject().Should().NotContainKey("targetCPUUtilizationPercentage");
    }

    [Fact]
    public async Task Autoscaler_OfTheNewerVersion_IsServedInVersion1Too()
    {
        var newer = await KindAsync("HorizontalPodAutoscaler", "autoscaling", "v2", "v2beta2");
        await CreateAsync(In(newer), """
            {"metadata":{"name":"h"},"spec":{"maxReplicas":2,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},
             "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}]}}
            """);

        var first = await GetAsync(In("autoscaling/v1", "horizontalpodautoscalers/h"));

        ((int?)first.Json["spec"]!["targetCPUUtilizationPercentage"]).Should().Be(60);
        first.Json["spec"]!.AsObject().Should().NotContainKey("metrics");
        (await PatchAsync(In("autoscaling/v1", "horizontalpodautoscalers/h"), """{"spec":{"targetCPUUtilizationPercentage":70}}""")).Code.Should().Be(200);
        ((int?)(await GetAsync(In(newer, "h"))).Json["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]).Should().Be(70);
    }

    [Fact]
    public async Task AccessReview_OfAnAdministrator_IsAllowed()
    {
        var reply = await PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", """{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}""");

        reply.Code.Should().Be(201);
        ((bool?)reply.Json["status"]!["allowed"]).Should().BeTrue();
        ((string?)reply.Json["kind"]).Should().Be("SelfSubjectAccessReview");
    }
}

public sealed class SimulatedCoordination(SimulatedServer server) : CoordinationCases(server);

public sealed class RealCoordination(RealServer server) : CoordinationCases(server);

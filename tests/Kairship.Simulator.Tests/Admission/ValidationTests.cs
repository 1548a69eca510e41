using System.Text.Json.Nodes;
using Kairship.Simulator.Tests.Api;

namespace Kairship.Simulator.Tests.Admission;

public sealed class ValidationTests : IAsyncLifetime
{
    ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("configmaps", """{"metadata":{"name":"A_b"}}""", "metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of")]
    [InlineData("configmaps", """{"metadata":{}}""", "metadata.name: Required value: name or generateName is required")]
    [InlineData("configmaps", """{"metadata":{"name":"a","labels":{"x":"b c"}}}""", "metadata.labels: Invalid value: \"b c\"")]
    [InlineData("configmaps", """{"metadata":{"name":"a"},"data":{"b c":""}}""", "data[b c]: Invalid value: \"b c\"")]
    [InlineData("services", """{"metadata":{"name":"1a"},"spec":{"ports":[{"port":80}]}}""", "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of")]
    [InlineData("services", """{"metadata":{"name":"a"},"spec":{}}""", "spec.ports: Required value")]
    [InlineData("services", """{"metadata":{"name":"a"},"spec":{"ports":[{"port":0}]}}""", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("services", """{"metadata":{"name":"a"},"spec":{"ports":[{"port":80},{"port":81}]}}""", "spec.ports[0].name: Required value")]
    [InlineData("services", """{"metadata":{"name":"a"},"spec":{"type":"X","ports":[{"port":80}]}}""", "spec.type: Unsupported value: \"X\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("pods", """{"metadata":{"name":"a"},"spec":{"containers":[]}}""", "spec.containers: Required value")]
    [InlineData("pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}""", "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}}""", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":70000}]}]}}""", "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("pods", """{"metadata":{"name":"a"},"spec":{"restartPolicy":"x","containers":[{"name":"c","image":"i"}]}}""", "spec.restartPolicy: Unsupported value: \"x\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"},{"name":"c","image":"i"}]}}""", "spec.containers[1].name: Duplicate value: \"c\"")]
    public async Task Create_InvalidCoreObject_IsRefusedWithItsCause(string plural, string body, string message)
    {
        var answer = await _api.SendAsync("POST", $"/api/v1/namespaces/default/{plural}", JsonNode.Parse(body));
        answer.Message.Should().Contain(message);
        (answer.Code, answer.Reason).Should().Be((422, "Invalid"));
        answer.Body["details"]!["causes"]!.AsArray().Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("selector", "null", "spec.selector: Required value")]
    [InlineData("selector", """{"matchLabels":{"app":"other"}}""", "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`")]
    [InlineData("replicas", "-1", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("strategy", """{"type":"Recreate","rollingUpdate":{"maxSurge":1}}""", "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [InlineData("strategy", """{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}""", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [InlineData("progressDeadlineSeconds", "0", "spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds")]
    public async Task Create_InvalidDeployment_IsRefusedWithItsCause(string field, string value, string message)
    {
        var body = Sample.Deployment();
        body["spec"]![field] = JsonNode.Parse(value);
        var answer = await _api.SendAsync("POST", "/apis/apps/v1/namespaces/default/deployments", body);
        answer.Message.Should().Contain(message).And.StartWith("Deployment.apps \"web\" is invalid: ");
        answer.Code.Should().Be(422);
    }

    [Theory]
    [InlineData("""{"scaleTargetRef":{"kind":"Deployment","name":"web"},"minReplicas":0,"maxReplicas":3}""", "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1")]
    [InlineData("""{"scaleTargetRef":{"kind":"Deployment","name":"web"},"minReplicas":4,"maxReplicas":3}""", "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`")]
    [InlineData("""{"scaleTargetRef":{"kind":"Deployment"},"maxReplicas":3}""", "spec.scaleTargetRef.name: Required value")]
    public async Task Create_InvalidAutoscaler_IsRefusedWithItsCause(string spec, string message)
    {
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "h" }, ["spec"] = JsonNode.Parse(spec) };
        var answer = await _api.SendAsync("POST", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", body);
        answer.Message.Should().Contain(message);
    }

    [Fact]
    public async Task FieldValidation_Unknown_IsWarnedOfRefusedOrIgnoredAndDropped()
    {
        const string path = "/apis/apps/v1/namespaces/default/deployments";
        var body = Sample.Deployment();
        body["spec"]!["foo"] = 1;

        var strict = await _api.SendAsync("POST", path + "?fieldValidation=Strict", body.DeepClone());
        (strict.Code, strict.Message).Should().Be((400, "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.foo\""));
        (await _api.SendAsync("POST", path + "?fieldValidation=Ignore&dryRun=All", body.DeepClone())).Warnings.Should().BeEmpty();

        var warned = await _api.SendAsync("POST", path, body);
        warned.Warnings.Should().ContainSingle().Which.Should().Be("299 - \"unknown field \\\"spec.foo\\\"\"");
        warned.Body["spec"]!["foo"].Should().BeNull();
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a"},"data":{"x":1}}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data.x of type string")]
    [InlineData("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}""", "Secret in version \"v1\" cannot be handled as a ConfigMap")]
    [InlineData("""{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}""", "no kind \"ConfigMap\" is registered for version \"v2\" in scheme")]
    [InlineData("""{"metadata":{"name":"a","namespace":"b"}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("[1]", "cannot unmarshal")]
    public async Task Create_Undecodable_IsABadRequest(string body, string message)
    {
        var answer = await _api.SendAsync("POST", "/api/v1/namespaces/default/configmaps", JsonNode.Parse(body));
        answer.Message.Should().Contain(message);
        (answer.Code, answer.Reason).Should().Be((400, "BadRequest"));
    }

    [Fact]
    public async Task Create_InTerminatingNamespace_IsForbidden()
    {
        await _api.SendAsync("POST", "/api/v1/namespaces", Sample.Json("""{"metadata":{"name":"gone"}}"""));
        var deleting = await _api.SendAsync("DELETE", "/api/v1/namespaces/gone");
        deleting.Body["status"]!["phase"]!.GetValue<string>().Should().Be("Terminating");
        var answer = await _api.SendAsync("POST", "/api/v1/namespaces/gone/configmaps", Sample.ConfigMap("a"));
        (answer.Code, answer.Message).Should().Be((403, "configmaps \"a\" is forbidden: unable to create new content in namespace gone because it is being terminated"));
        (await _api.SendAsync("PUT", "/api/v1/namespaces/gone/finalize", Sample.Json("""{"metadata":{"name":"gone"},"spec":{"finalizers":[]}}"""))).Code.Should().Be(200);
        (await _api.GetAsync("/api/v1/namespaces/gone")).Code.Should().Be(404);
    }

    [Fact]
    public async Task Update_OfPodSpec_OnlyTheImage()
    {
        const string path = "/api/v1/namespaces/default/pods";
        await _api.SendAsync("POST", path, Sample.Pod("p"));
        (await _api.SendAsync("PATCH", path + "/p", Sample.Json("""{"spec":{"containers":[{"name":"c","image":"nginx:2"}]}}"""), "application/strategic-merge-patch+json")).Code.Should().Be(200);
        var answer = await _api.SendAsync("PATCH", path + "/p", Sample.Json("""{"spec":{"hostNetwork":true}}"""), "application/merge-patch+json");
        answer.Code.Should().Be(422);
        answer.Message.Should().Contain("pod updates may not change fields other than");
    }

    [Fact]
    public async Task Job_IsSelectedByItsOwnUid()
    {
        var job = await _api.SendAsync("POST", "/apis/batch/v1/namespaces/default/jobs", Sample.Json(
            """{"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}"""));
        job.Code.Should().Be(201);
        var uid = job.Body["metadata"]!["uid"]!.GetValue<string>();
        job.Body["spec"]!["selector"]!["matchLabels"]!["batch.kubernetes.io/controller-uid"]!.GetValue<string>().Should().Be(uid);
        job.Body["spec"]!["template"]!["metadata"]!["labels"]!["job-name"]!.GetValue<string>().Should().Be("j");
    }

    [Fact]
    public async Task SecretsAndServices_GetTheirDefaults()
    {
        var secret = await _api.SendAsync("POST", "/api/v1/namespaces/default/secrets", Sample.Json("""{"metadata":{"name":"s"},"stringData":{"a":"b"}}"""));
        secret.Body["data"]!["a"]!.GetValue<string>().Should().Be("Yg==");
        secret.Body["stringData"].Should().BeNull();
        var service = await _api.SendAsync("POST", "/api/v1/namespaces/default/services", Sample.Json("""{"metadata":{"name":"lb"},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}"""));
        service.Body["spec"]!["ports"]![0]!["nodePort"]!.GetValue<int>().Should().BeInRange(30000, 32767);
        var second = await _api.SendAsync("POST", "/api/v1/namespaces/default/services", Sample.Json("""{"metadata":{"name":"lb2"},"spec":{"ports":[{"port":80}]}}"""));
        second.Body["spec"]!["clusterIP"]!.GetValue<string>().Should().NotBe(service.Body["spec"]!["clusterIP"]!.GetValue<string>());
    }
}

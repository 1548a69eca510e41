using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Api;

public sealed class CrudTests : IAsyncLifetime
{
    const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Create_Deployment_AnswersItWithDefaultsAndMetadata()
    {
        var answer = await _api.SendAsync("POST", Deployments, Sample.Deployment());

        answer.Code.Should().Be(201);
        var meta = answer.Body["metadata"]!;
        meta["uid"]!.GetValue<string>().Should().HaveLength(36);
        meta["generation"]!.GetValue<long>().Should().Be(1);
        meta["namespace"]!.GetValue<string>().Should().Be("default");
        var spec = answer.Body["spec"]!;
        spec["replicas"]!.GetValue<long>().Should().Be(1);
        spec["strategy"]!.ToJsonString().Should().Be("""{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}}""");
        spec["revisionHistoryLimit"]!.GetValue<long>().Should().Be(10);
        spec["progressDeadlineSeconds"]!.GetValue<long>().Should().Be(600);
        var pod = spec["template"]!["spec"]!;
        pod["restartPolicy"]!.GetValue<string>().Should().Be("Always");
        pod["terminationGracePeriodSeconds"]!.GetValue<long>().Should().Be(30);
        pod["containers"]![0]!["imagePullPolicy"]!.GetValue<string>().Should().Be("IfNotPresent");
    }

    [Fact]
    public async Task Create_SameNameTwice_AlreadyExists()
    {
        await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        var answer = await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        (answer.Code, answer.Reason, answer.Message).Should().Be((409, "AlreadyExists", "configmaps \"a\" already exists"));
    }

    [Fact]
    public async Task Create_GenerateName_NamesIt()
    {
        var body = Sample.ConfigMap("x");
        body["metadata"] = new JsonObject { ["generateName"] = "job-" };
        var answer = await _api.SendAsync("POST", ConfigMaps, body);
        answer.Body["metadata"]!["name"]!.GetValue<string>().Should().MatchRegex("^job-[a-z0-9]{5}$");
    }

    [Fact]
    public async Task Create_InMissingNamespace_NotFound()
    {
        var answer = await _api.SendAsync("POST", "/api/v1/namespaces/nope/configmaps", Sample.ConfigMap("a"));
        (answer.Code, answer.Message).Should().Be((404, "namespaces \"nope\" not found"));
    }

    [Fact]
    public async Task Create_DryRun_KeepsNothing()
    {
        var before = _api.Store.Revision;
        var answer = await _api.SendAsync("POST", Deployments + "?dryRun=All", Sample.Deployment());
        answer.Code.Should().Be(201);
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(1);
        _api.Store.Revision.Should().Be(before);
    }

    [Fact]
    public async Task Replace_WithStaleVersion_Conflicts()
    {
        var first = (await _api.SendAsync("POST", Deployments, Sample.Deployment())).Body;
        var stale = first.DeepClone();
        first["spec"]!["replicas"] = 3;
        (await _api.SendAsync("PUT", Deployments + "/web", first)).Body["metadata"]!["generation"]!.GetValue<long>().Should().Be(2);

        stale["spec"]!["replicas"] = 4;
        var answer = await _api.SendAsync("PUT", Deployments + "/web", stale);

        (answer.Code, answer.Reason).Should().Be((409, "Conflict"));
        answer.Message.Should().Be("Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task Replace_WithoutChange_KeepsVersionAndGeneration()
    {
        var first = (await _api.SendAsync("POST", Deployments, Sample.Deployment())).Body;
        var answer = await _api.SendAsync("PUT", Deployments + "/web", first);
        answer.ResourceVersion.Should().Be(first["metadata"]!["resourceVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Status_OnMainEndpoint_IsIgnored_AndOnItsOwnNothingElseIs()
    {
        var first = (await _api.SendAsync("POST", Deployments, Sample.Deployment())).Body;
        first["status"] = new JsonObject { ["replicas"] = 7 };
        first["spec"]!["replicas"] = 2;
        (await _api.SendAsync("PUT", Deployments + "/web", first.DeepClone())).Body["status"]!.AsObject().Should().BeEmpty();

        var body = (await _api.GetAsync(Deployments + "/web")).Body;
        body["status"] = new JsonObject { ["replicas"] = 7 };
        body["spec"]!["replicas"] = 9;
        var answer = await _api.SendAsync("PUT", Deployments + "/web/status", body);

        answer.Body["status"]!["replicas"]!.GetValue<long>().Should().Be(7);
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(2);
        answer.Body["metadata"]!["generation"]!.GetValue<long>().Should().Be(2);
    }

    [Fact]
    public async Task Delete_ThenGet_NotFound()
    {
        await _api.SendAsync("POST", Deployments, Sample.Deployment());
        var deleted = await _api.SendAsync("DELETE", Deployments + "/web");
        (deleted.Code, deleted.Body["status"]!.GetValue<string>()).Should().Be((200, "Success"));
        var answer = await _api.GetAsync(Deployments + "/web");
        (answer.Code, answer.Reason, answer.Message).Should().Be((404, "NotFound", "deployments.apps \"web\" not found"));
    }

    [Fact]
    public async Task Delete_WithFinalizer_WaitsForIt()
    {
        var body = Sample.ConfigMap("held");
        body["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await _api.SendAsync("POST", ConfigMaps, body);

        var deleting = await _api.SendAsync("DELETE", ConfigMaps + "/held");
        deleting.Body["metadata"]!["deletionTimestamp"].Should().NotBeNull();
        await _api.SendAsync("PATCH", ConfigMaps + "/held", Sample.Json("""{"metadata":{"finalizers":null}}"""), "application/merge-patch+json");

        (await _api.GetAsync(ConfigMaps + "/held")).Code.Should().Be(404);
    }

    [Fact]
    public async Task Delete_WithOtherUid_Conflicts()
    {
        await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        var answer = await _api.SendAsync("DELETE", ConfigMaps + "/a", Sample.Json("""{"preconditions":{"uid":"other"}}"""));
        answer.Code.Should().Be(409);
        answer.Message.Should().Contain("the UID in the precondition (other) does not match the UID in record");
    }

    [Fact]
    public async Task DeleteCollection_BySelector_LeavesTheOthers()
    {
        await _api.SendAsync("POST", Deployments, Sample.Deployment("a"));
        await _api.SendAsync("POST", Deployments, Sample.Deployment("b"));
        (await _api.SendAsync("DELETE", Deployments + "?labelSelector=app%3Da")).Code.Should().Be(200);
        var left = await _api.GetAsync(Deployments);
        left.Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.GetValue<string>()).Should().Equal("b");
    }

    [Fact]
    public async Task Scale_ReadAndPatched_ChangesTheReplicas()
    {
        await _api.SendAsync("POST", Deployments, Sample.Deployment(replicas: 2));
        var scale = await _api.GetAsync(Deployments + "/web/scale");
        scale.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(2);
        scale.Body["status"]!["selector"]!.GetValue<string>().Should().Be("app=web");

        await _api.SendAsync("PATCH", Deployments + "/web/scale", Sample.Json("""{"spec":{"replicas":5}}"""), "application/merge-patch+json");

        var answer = await _api.GetAsync(Deployments + "/web");
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(5);
        answer.Body["metadata"]!["generation"]!.GetValue<long>().Should().Be(2);
    }

    [Theory]
    [InlineData("/apis/apps/v1/namespaces/default/nopes", 404)]
    [InlineData("/apis/apps/v2/namespaces/default/deployments", 404)]
    [InlineData("/apis/apps/v1/deployments/web", 404)]
    public async Task Get_UnknownPath_NotFoundAsStatus(string path, int code)
    {
        var answer = await _api.GetAsync(path);
        (answer.Code, answer.Reason, answer.Message).Should().Be((code, "NotFound", "the server could not find the requested resource"));
    }

    [Theory]
    [InlineData("POST", "/api/v1/pods")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/x")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods")]
    public async Task Request_WithWrongMethod_NotAllowed(string method, string path)
    {
        var answer = await _api.SendAsync(method, path, Sample.Pod("x"));
        (answer.Code, answer.Reason).Should().Be((405, "MethodNotAllowed"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Request_WithoutValidToken_Unauthorized(string? token)
    {
        using var http = new HttpClient { BaseAddress = _api.Url };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var response = await http.GetAsync("/api/v1/pods");
        ((int)response.StatusCode).Should().Be(401);
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"reason\":\"Unauthorized\"");
        ((int)(await http.GetAsync("/healthz")).StatusCode).Should().Be(200);
    }

    [Fact]
    public async Task Create_TooLarge_IsRefused()
    {
        var answer = await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a", ("x", new string('x', 4 * 1024 * 1024))));
        (answer.Code, answer.Reason).Should().Be((413, "RequestEntityTooLarge"));
    }
}

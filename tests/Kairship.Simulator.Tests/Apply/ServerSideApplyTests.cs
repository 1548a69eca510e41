using System.Text.Json.Nodes;
using Kairship.Simulator.Tests.Api;

namespace Kairship.Simulator.Tests.Apply;

public sealed class ServerSideApplyTests : IAsyncLifetime
{
    const string Web = "/apis/apps/v1/namespaces/default/deployments/web";
    ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Apply_NewObject_CreatesItOwnedByTheManager()
    {
        var answer = await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");

        answer.Code.Should().Be(201);
        var entry = answer.Body["metadata"]!["managedFields"]!.AsArray().Should().ContainSingle().Subject!;
        (entry["manager"]!.GetValue<string>(), entry["operation"]!.GetValue<string>(), entry["apiVersion"]!.GetValue<string>()).Should().Be(("kairship", "Apply", "apps/v1"));
        // Word for word what kube-apiserver records for this object.
        entry["fieldsV1"]!.ToJsonString(Relaxed).Should().Be(
            """{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}}}""");
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/serviceaccounts/bare", "ServiceAccount")]
    [InlineData("/api/v1/namespaces/bare", "Namespace")]
    public async Task Apply_ObjectThatIsOnlyAName_CreatesIt(string path, string kind)
    {
        var body = Sample.Json("""{"apiVersion":"v1","metadata":{"name":"bare"}}""");
        body["kind"] = kind;
        (await _api.ApplyAsync(path, body, "kairship")).Code.Should().Be(201);
        var again = await _api.ApplyAsync(path, body, "kairship");
        again.Code.Should().Be(200);
        again.ResourceVersion.Should().Be((await _api.GetAsync(path)).ResourceVersion);
    }

    [Fact]
    public async Task Apply_Again_ChangesNothing()
    {
        var first = await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");
        var second = await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");
        second.Code.Should().Be(200);
        second.ResourceVersion.Should().Be(first.ResourceVersion);
    }

    [Fact]
    public async Task Apply_FieldOfAnUpdater_ConflictsWithItsName()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");
        await _api.SendAsync("PATCH", Web + "?fieldManager=kubectl", Sample.Json("""{"spec":{"replicas":3}}"""), "application/merge-patch+json");

        var answer = await _api.ApplyAsync(Web, Sample.Deployment(replicas: 5), "kairship");

        (answer.Code, answer.Reason).Should().Be((409, "Conflict"));
        answer.Message.Should().Be("Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas");
        answer.Body["details"]!["causes"]![0]!.ToJsonString(Relaxed).Should().Be(
            """{"reason":"FieldManagerConflict","message":"conflict with \"kubectl\" using apps/v1","field":".spec.replicas"}""");
    }

    [Fact]
    public async Task Apply_FieldsOfAnApplier_ConflictsListEachPath()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(replicas: 1), "one");
        var answer = await _api.ApplyAsync(Web, Sample.Deployment(image: "nginx:2", replicas: 2), "two");
        answer.Message.Should().Be(
            "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.replicas\n- .spec.template.spec.containers[name=\"web\"].image");
    }

    [Fact]
    public async Task Apply_Scaled_ConflictsWithTheSubresource()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");
        await _api.SendAsync("PATCH", Web + "/scale?fieldManager=hpa", Sample.Json("""{"spec":{"replicas":3}}"""), "application/merge-patch+json");
        var answer = await _api.ApplyAsync(Web, Sample.Deployment(replicas: 5), "kairship");
        answer.Message.Should().Be("Apply failed with 1 conflict: conflict with \"hpa\" with subresource \"scale\" using apps/v1: .spec.replicas");
    }

    [Fact]
    public async Task Apply_Forced_TakesTheFieldOver()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(replicas: 1), "one");
        var answer = await _api.ApplyAsync(Web, Sample.Deployment(replicas: 2), "two", force: true);

        answer.Code.Should().Be(200);
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(2);
        answer.Body["metadata"]!["generation"]!.GetValue<long>().Should().Be(2);
        Owned(answer, "one").Should().NotContain("f:replicas");
        Owned(answer, "two").Should().Contain("f:replicas");
    }

    [Fact]
    public async Task Apply_SameValueAsAnother_IsShared()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(replicas: 2), "one");
        var answer = await _api.ApplyAsync(Web, Sample.Deployment(replicas: 2), "two");
        answer.Code.Should().Be(200);
        Owned(answer, "one").Should().Contain("f:replicas");
        Owned(answer, "two").Should().Contain("f:replicas");

        // Who shares it may leave it out without removing it.
        var left = await _api.ApplyAsync(Web, Sample.Deployment(), "two");
        left.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(2);
    }

    [Fact]
    public async Task Apply_WithoutAFieldItOwned_RemovesItOrRestoresTheDefault()
    {
        var body = Sample.Deployment(replicas: 4);
        body["metadata"]!["annotations"] = new JsonObject { ["a"] = "1", ["b"] = "2" };
        body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Add(new JsonObject { ["name"] = "side", ["image"] = "side:1" });
        await _api.ApplyAsync(Web, body, "kairship");

        body["spec"]!.AsObject().Remove("replicas");
        body["metadata"]!["annotations"]!.AsObject().Remove("b");
        body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().RemoveAt(1);
        var answer = await _api.ApplyAsync(Web, body, "kairship");

        answer.Code.Should().Be(200);
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(1);
        answer.Body["metadata"]!["annotations"]!.ToJsonString().Should().Be("""{"a":"1"}""");
        answer.Body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Should().ContainSingle();
    }

    [Fact]
    public async Task Apply_LeavesWhatOthersAdded()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");
        await _api.SendAsync(
            "PATCH", Web + "?fieldManager=mesh",
            Sample.Json("""{"metadata":{"annotations":{"mesh":"on"}},"spec":{"template":{"spec":{"containers":[{"name":"proxy","image":"proxy:1"}]}}}}"""),
            "application/strategic-merge-patch+json");

        var answer = await _api.ApplyAsync(Web, Sample.Deployment(image: "nginx:2"), "kairship");

        answer.Body["metadata"]!["annotations"]!["mesh"]!.GetValue<string>().Should().Be("on");
        answer.Body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(c => c!["image"]!.GetValue<string>()).Should().BeEquivalentTo("nginx:2", "proxy:1");
    }

    [Fact]
    public async Task Apply_DryRun_ShowsTheResultAndKeepsNothing()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");
        var before = _api.Store.Revision;
        var answer = await _api.ApplyAsync(Web, Sample.Deployment(replicas: 9), "kairship", dryRun: true);
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(9);
        answer.Body["metadata"]!["generation"]!.GetValue<long>().Should().Be(2);
        (await _api.ApplyAsync(Web.Replace("web", "new"), Sample.Deployment("new"), "kairship", dryRun: true)).Code.Should().Be(201);
        _api.Store.Revision.Should().Be(before);
    }

    [Fact]
    public async Task Apply_ServicePortWithoutProtocol_IsKeyedByTheDefault()
    {
        const string path = "/api/v1/namespaces/default/services/web";
        var service = Sample.Json("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}""");
        var first = await _api.ApplyAsync(path, service, "kairship");
        first.Code.Should().Be(201);
        Owned(first, "kairship").Should().Contain("""k:{\"port\":80,\"protocol\":\"TCP\"}""");
        service["spec"]!["ports"]![0]!["name"] = "http";
        var second = await _api.ApplyAsync(path, service, "kairship");
        second.Body["spec"]!["ports"]!.AsArray().Should().ContainSingle();
        second.Body["spec"]!["ports"]![0]!["targetPort"]!.GetValue<long>().Should().Be(80);
        second.Body["spec"]!["clusterIP"]!.GetValue<string>().Should().Be(first.Body["spec"]!["clusterIP"]!.GetValue<string>());
    }

    [Fact]
    public async Task Apply_ObjectNobodyTracked_ConflictsWithBeforeFirstApply()
    {
        var body = Sample.Deployment(replicas: 2);
        body["metadata"]!["namespace"] = "default";
        _api.Store.Create(new("apps", "deployments", "default", "web"), body);
        var answer = await _api.ApplyAsync(Web, Sample.Deployment(replicas: 3), "kairship");
        answer.Message.Should().Be("Apply failed with 1 conflict: conflict with \"before-first-apply\" using apps/v1: .spec.replicas");
    }

    [Theory]
    [InlineData("""{"spec":{"foo":1}}""", 500, "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema")]
    [InlineData("""{"spec":{"replicas":"x"}}""", 500, ".spec.replicas: expected numeric (int or float), got ")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}}}""", 500, ".spec.template.spec.containers: duplicate entries for key [name=\"a\"]")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"image":"a"}]}}}}""", 500, "element 0: associative list with keys has an element that omits key field \"name\"")]
    [InlineData("""{"metadata":{"name":"other"}}""", 400, "the name of the object (other) does not match the name on the URL (web)")]
    [InlineData("""{"metadata":{"managedFields":[{"manager":"x"}]}}""", 400, "metadata.managedFields must be nil")]
    [InlineData("""{"apiVersion":"apps/v2"}""", 400, "Incorrect version specified in apply patch. Specified patch version: apps/v2, expected: apps/v1")]
    [InlineData("""{"spec":{"replicas":2}}""", 422, "Deployment.apps \"web\" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`, spec.template.spec.containers: Required value]")]
    public async Task Apply_BadConfiguration_IsRefusedWithReason(string patch, int code, string message)
    {
        var body = Sample.Json(patch);
        body["apiVersion"] ??= "apps/v1";
        body["kind"] = "Deployment";
        var answer = await _api.ApplyAsync(Web, body, "kairship");
        answer.Message.Should().Contain(message);
        answer.Code.Should().Be(code);
        (await _api.GetAsync(Web)).Code.Should().Be(404);
    }

    [Fact]
    public async Task Apply_WithoutManager_IsInvalid()
    {
        var answer = await _api.SendAsync("PATCH", Web, Sample.Deployment(), "application/apply-patch+yaml");
        (answer.Code, answer.Message).Should().Be((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"));
    }

    [Fact]
    public async Task Apply_InMissingNamespace_NotFound()
    {
        var answer = await _api.ApplyAsync("/apis/apps/v1/namespaces/nope/deployments/web", Sample.Deployment(), "kairship");
        (answer.Code, answer.Message).Should().Be((404, "namespaces \"nope\" not found"));
    }

    [Fact]
    public async Task Apply_WithStaleResourceVersion_Conflicts()
    {
        await _api.ApplyAsync(Web, Sample.Deployment(), "kairship");
        var body = Sample.Deployment(replicas: 2);
        body["metadata"]!["resourceVersion"] = "1";
        var answer = await _api.ApplyAsync(Web, body, "kairship");
        answer.Message.Should().Contain("the object has been modified");
    }

    [Fact]
    public async Task Apply_ManyAtOnce_EachFieldSurvives()
    {
        const string path = "/api/v1/namespaces/default/configmaps/shared";
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
        {
            var map = Sample.ConfigMap("shared", ($"key{i}", "1"));
            map["metadata"]!.AsObject().Remove("namespace");
            return _api.ApplyAsync(path, map, $"manager{i}");
        }));
        answers.Should().OnlyContain(a => a.Code == 200 || a.Code == 201);
        (await _api.GetAsync(path)).Body["data"]!.AsObject().Should().HaveCount(24);
    }

    static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static string Owned(Answer answer, string manager) =>
        answer.Body["metadata"]!["managedFields"]!.AsArray().Where(e => e!["manager"]!.GetValue<string>() == manager).Select(e => e!["fieldsV1"]!.ToJsonString(Relaxed)).Single();
}

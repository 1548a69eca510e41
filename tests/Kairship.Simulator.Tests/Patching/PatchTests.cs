using System.Text.Json.Nodes;
using Kairship.Simulator.Tests.Api;

namespace Kairship.Simulator.Tests.Patching;

public sealed class PatchTests : IAsyncLifetime
{
    const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    const string Web = Deployments + "/web";
    ApiHost _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        await _api.SendAsync("POST", Deployments, Sample.Deployment(replicas: 2));
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task MergePatch_ReplacesListsAndRemovesNulls()
    {
        var answer = await Patch("merge-patch", """{"metadata":{"labels":{"app":null,"x":"y"}},"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}""");
        answer.Body["metadata"]!["labels"]!.ToJsonString().Should().Be("""{"x":"y"}""");
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(3);
    }

    [Fact]
    public async Task StrategicPatch_MergesContainersByName()
    {
        await Patch("strategic-merge-patch", """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}""");
        var answer = await Patch("strategic-merge-patch", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:3"}]}}}}""");
        Images(answer).Should().BeEquivalentTo("nginx:3", "side:1");
    }

    [Fact]
    public async Task StrategicPatch_DeleteDirective_RemovesTheElement()
    {
        await Patch("strategic-merge-patch", """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}""");
        var answer = await Patch("strategic-merge-patch", """{"spec":{"template":{"spec":{"containers":[{"$patch":"delete","name":"side"}]}}}}""");
        Images(answer).Should().Equal("nginx:1");
    }

    [Fact]
    public async Task StrategicPatch_RetainKeysAndOrder_AreFollowed()
    {
        var answer = await Patch("strategic-merge-patch",
            """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"},"template":{"spec":{"$setElementOrder/containers":[{"name":"first"},{"name":"web"}],"containers":[{"name":"first","image":"first:1"}]}}}}""");
        answer.Code.Should().Be(200);
        answer.Body["spec"]!["strategy"]!.ToJsonString().Should().Be("""{"type":"Recreate"}""");
        Images(answer).Should().Equal("first:1", "nginx:1");
    }

    [Fact]
    public async Task JsonPatch_AppliesEachOperation()
    {
        var answer = await Patch("json-patch",
            """[{"op":"test","path":"/spec/replicas","value":2},{"op":"replace","path":"/spec/replicas","value":4},{"op":"add","path":"/metadata/labels/a~1b","value":"c"},{"op":"copy","from":"/metadata/labels/app","path":"/metadata/labels/copied"},{"op":"remove","path":"/metadata/labels/app"}]""");
        answer.Body["spec"]!["replicas"]!.GetValue<long>().Should().Be(4);
        answer.Body["metadata"]!["labels"]!.ToJsonString().Should().Be("""{"a/b":"c","copied":"web"}""");
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/spec/replicas","value":7}]""")]
    [InlineData("""[{"op":"remove","path":"/spec/nope"}]""")]
    [InlineData("""[{"op":"replace","path":"/spec/template/spec/containers/5/image","value":"x"}]""")]
    public async Task JsonPatch_ThatCannotBeDone_IsInvalid(string patch)
    {
        var answer = await Patch("json-patch", patch);
        (answer.Code, answer.Reason).Should().Be((422, "Invalid"));
    }

    [Theory]
    [InlineData("""{"metadata":{"resourceVersion":"1"},"spec":{"replicas":3}}""", 409, "the object has been modified")]
    [InlineData("""{"spec":{"selector":{"matchLabels":{"a":"b"}}}}""", 422, "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"b\",\"app\":\"web\"}}: field is immutable")]
    [InlineData("""{"spec":{"replicas":"x"}}""", 422, "cannot unmarshal string into Go struct field")]
    [InlineData("""{"spec":{"replicas":-1}}""", 422, "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""", 422, "spec.template.spec.containers[0].image: Required value")]
    public async Task MergePatch_BadChange_IsRefusedWithReason(string patch, int code, string message)
    {
        var answer = await Patch("merge-patch", patch);
        if (message.Contains("matchLabels", StringComparison.Ordinal))
            answer.Message.Should().Contain("field is immutable").And.Contain("spec.selector");
        else
            answer.Message.Should().Contain(message);
        answer.Code.Should().Be(code);
    }

    [Fact]
    public async Task Patch_OfUnknownType_IsUnsupported()
    {
        (await _api.SendAsync("PATCH", Web, Sample.Json("{}"), "text/plain")).Code.Should().Be(415);
    }

    [Fact]
    public async Task Patch_ByManyAtOnce_LosesNoWrite()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Patch("merge-patch", """{"metadata":{"annotations":{"aN":"1"}}}""".Replace("N", i.ToString(), StringComparison.Ordinal))));
        answers.Should().OnlyContain(a => a.Code == 200);
        (await _api.GetAsync(Web)).Body["metadata"]!["annotations"]!.AsObject().Should().HaveCount(32);
    }

    Task<Answer> Patch(string type, string patch) => _api.SendAsync("PATCH", Web, JsonNode.Parse(patch), $"application/{type}+json");

    static IEnumerable<string> Images(Answer answer) => answer.Body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(c => c!["image"]!.GetValue<string>());
}

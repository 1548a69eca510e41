using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Api;

public sealed class CustomResourceTests : IAsyncLifetime
{
    public const string Definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"rollouts.example.com"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"rollouts","kind":"Rollout","shortNames":["ro"]},
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
           "additionalPrinterColumns":[{"name":"Weight","type":"integer","jsonPath":".spec.weight"}],
           "schema":{"openAPIV3Schema":{"type":"object","properties":{
             "spec":{"type":"object","required":["weight"],"properties":{
               "weight":{"type":"integer","minimum":0,"maximum":100},
               "mode":{"type":"string","enum":["a","b"],"default":"a"},
               "steps":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
                 "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"value":{"type":"integer"}}}}}},
             "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
        """;

    const string Rollout = "/apis/example.com/v1/namespaces/default/rollouts/r";
    ApiHost _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        (await _api.SendAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Sample.Json(Definition))).Code.Should().Be(201);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Discovery_ShowsTheKind()
    {
        var resources = (await _api.GetAsync("/apis/example.com/v1")).Body["resources"]!.AsArray();
        resources.Select(r => r!["name"]!.GetValue<string>()).Should().Equal("rollouts", "rollouts/status");
    }

    [Fact]
    public async Task Apply_KeyedList_MergesByElement()
    {
        await _api.ApplyAsync(Rollout, Body("""{"weight":1,"steps":[{"name":"x","value":1}]}"""), "one");
        var answer = await _api.ApplyAsync(Rollout, Body("""{"weight":1,"steps":[{"name":"y","value":2}]}"""), "two");
        answer.Body["spec"]!["steps"]!.AsArray().Should().HaveCount(2);
        answer.Body["spec"]!["mode"]!.GetValue<string>().Should().Be("a");
    }

    [Theory]
    [InlineData("""{"weight":101}""", "spec.weight in body should be less than or equal to 100")]
    [InlineData("""{}""", "spec.weight: Required value")]
    [InlineData("""{"weight":1,"mode":"z"}""", "spec.mode: Unsupported value: \"z\": supported values: \"a\", \"b\"")]
    public async Task Create_AgainstTheSchema_IsInvalid(string spec, string message)
    {
        var answer = await _api.SendAsync("POST", Rollout[..^2], Body(spec));
        answer.Code.Should().Be(422);
        answer.Message.Should().Contain(message);
    }

    [Fact]
    public async Task StrategicPatch_IsUnsupported()
    {
        await _api.SendAsync("POST", Rollout[..^2], Body("""{"weight":1}"""));
        (await _api.SendAsync("PATCH", Rollout, Sample.Json("{}"), "application/strategic-merge-patch+json")).Code.Should().Be(415);
    }

    static JsonObject Body(string spec) => new()
    {
        ["apiVersion"] = "example.com/v1",
        ["kind"] = "Rollout",
        ["metadata"] = new JsonObject { ["name"] = "r" },
        ["spec"] = JsonNode.Parse(spec),
    };
}

using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Apply;

/// <summary>Server-side apply of lists: by key, as sets, atomic; and of subresources.</summary>
public abstract class ApplyListCases(ConformanceServer server) : ConformanceCases(server)
{
    [Fact]
    public async Task KeyedList_TwoManagers_OwnTheirElements()
    {
        var made = await ApplyAsync("one", Deployment("i:1", """[{"name":"A","value":"1"}]""", """[{"containerPort":80,"protocol":"TCP"}]"""));
        made.Code.Should().Be(201);
        Owned(made, "one").Should().Contain("""k:{\"name\":\"c\"}""").And.Contain("""k:{\"containerPort\":80,\"protocol\":\"TCP\"}""");

        var second = await ApplyAsync("two", Deployment("i:1", """[{"name":"B","value":"2"}]"""));
        Env(second).Should().Be("A=1 B=2");
        Env(await ApplyAsync("one", Deployment("i:1", "[]"))).Should().Be("B=2");
        (await ApplyAsync("one", Deployment("i:1", """[{"name":"B","value":"9"}]"""))).Message.Should().Be(
            "Apply failed with 1 conflict: conflict with \"two\": .spec.template.spec.containers[name=\"c\"].env[name=\"B\"].value");
    }

    [Fact]
    public async Task SharedField_OfTwoManagers_ConflictsWithBoth()
    {
        await ApplyAsync("one", Deployment("i:1", "[]"));
        await ApplyAsync("two", Deployment("i:1", "[]"));

        var reply = await ApplyAsync("three", Deployment("i:2", "[]"));

        reply.ShouldBeStatus(409, "Conflict", "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.template.spec.containers[name=\"c\"].image\n"
            + "conflicts with \"two\":\n- .spec.template.spec.containers[name=\"c\"].image");
        reply.Causes.Should().BeEquivalentTo(
            "FieldManagerConflict .spec.template.spec.containers[name=\"c\"].image: conflict with \"one\"",
            "FieldManagerConflict .spec.template.spec.containers[name=\"c\"].image: conflict with \"two\"");
    }

    [Fact]
    public async Task KeyedList_TheSameKeyTwice_FailsToBeTyped()
    {
        var twice = Deployment("i:1", "[]");
        twice["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Add(new JsonObject { ["name"] = "c", ["image"] = "x" });

        var reply = await ApplyAsync("one", twice);

        (reply.Code, reply.Reason).Should().Be((500, ""));
        reply.Message.Should().StartWith("failed to create typed patch object").And.EndWith(": .spec.template.spec.containers: duplicate entries for key [name=\"c\"]");
    }

    [Fact]
    public async Task ServicePorts_WithoutProtocol_HaveADefaultSince121()
    {
        var reply = await PatchAsync(
            In("services/s?fieldManager=one"),
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"port":80,"name":"a"}]}}""",
            "apply");

        if (Since(1, 21))
        {
            reply.Code.Should().Be(201, reply.Text);
        }
        else
        {
            reply.Message.Should().EndWith(".spec.ports: element 0: associative list with keys has an element that omits key field \"protocol\" (and doesn't have default value)");
        }
    }

    [Fact]
    public async Task ServicePorts_TwoManagers_OwnTheirPorts()
    {
        string Service(int port) => $$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"name":"p{{{port}}}","port":{{{port}}},"protocol":"TCP"}]}}""";
        await PatchAsync(In("services/s?fieldManager=one"), Service(80), "apply");

        var both = await PatchAsync(In("services/s?fieldManager=two"), Service(81), "apply");
        var other = await PatchAsync(In("services/s?fieldManager=two"), Service(82), "apply");

        Ports(both).Should().BeEquivalentTo([80, 81]);
        Ports(other).Should().BeEquivalentTo([80, 82]);
    }

    [Fact]
    public async Task Set_TwoManagers_OwnTheirElements()
    {
        Task<Reply> Finalize(string manager, string? finalizer) => PatchAsync(
            In($"configmaps/a?fieldManager={manager}"),
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"{{{(finalizer is null ? "" : $",\"finalizers\":[\"{finalizer}\"]")}}}}}""",
            "apply");
        await Finalize("one", "x.io/a");

        (await Finalize("two", "x.io/b")).Metadata["finalizers"]!.ToJsonString().Should().Be("""["x.io/a","x.io/b"]""");
        (await Finalize("one", null)).Metadata["finalizers"]!.ToJsonString().Should().Be("""["x.io/b"]""");
        (await Finalize("two", null)).Metadata.ContainsKey("finalizers").Should().BeFalse();
    }

    [Fact]
    public async Task AtomicList_HasOneOwner()
    {
        JsonObject Tolerating(string key)
        {
            var deployment = Deployment("i:1", "[]");
            deployment["spec"]!["template"]!["spec"]!["tolerations"] = new JsonArray(new JsonObject { ["key"] = key, ["operator"] = "Exists" });
            return deployment;
        }

        await ApplyAsync("one", Tolerating("a"));

        (await ApplyAsync("two", Tolerating("b"))).Message.Should().Be("Apply failed with 1 conflict: conflict with \"one\": .spec.template.spec.tolerations");
    }

    [Fact]
    public async Task Replicas_GivenUpByTheirOwner_FallBackToTheDefault()
    {
        var three = Deployment("i:1", "[]");
        three["spec"]!["replicas"] = 3;
        await ApplyAsync("one", three);

        var reply = await ApplyAsync("one", Deployment("i:1", "[]"));

        ((long)reply.Json["spec"]!["replicas"]!).Should().Be(1);
    }

    [Fact]
    public async Task Replicas_SetByAnUpdate_ConflictWithAnApply()
    {
        var three = Deployment("i:1", "[]");
        three["spec"]!["replicas"] = 3;
        await ApplyAsync("one", three);
        await PatchAsync(In("apps/v1", "deployments/d?fieldManager=scaler"), """{"spec":{"replicas":0}}""");

        (await ApplyAsync("one", three)).Message.Should().Be("Apply failed with 1 conflict: conflict with \"scaler\" using apps/v1: .spec.replicas");
        ((long)(await ApplyAsync("one", Deployment("i:1", "[]"))).Json["spec"]!["replicas"]!).Should().Be(0, "the scaler owns it");
    }

    [Fact]
    public async Task Status_IsAppliedAtItsOwnEndpoint()
    {
        await ApplyAsync("one", Deployment("i:1", "[]"));

        var applied = await PatchAsync(
            In("apps/v1", "deployments/d/status?fieldManager=status"),
            """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"status":{"conditions":[{"type":"X","status":"True","reason":"r","message":"m"}]}}""",
            "apply");

        applied.Code.Should().Be(200);
        applied.Json["status"]!["conditions"]!.AsArray().Should().Contain(c => (string)c!["type"]! == "X");
        Owned(applied, "status").Should().Be(
            """{"f:status":{"f:conditions":{"k:{\"type\":\"X\"}":{".":{},"f:message":{},"f:reason":{},"f:status":{},"f:type":{}}}}}""");
        (await PatchAsync(
            In("apps/v1", "deployments/none/status?fieldManager=status"), """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"none"},"status":{}}""", "apply"))
            .ShouldBeStatus(404, "NotFound", "deployments.apps \"none\" not found");
    }

    [Fact]
    public async Task Main_AppliedWithAStatus_LeavesTheStatusAlone()
    {
        var deployment = Deployment("i:1", "[]");
        deployment["status"] = new JsonObject { ["replicas"] = 77 };

        var reply = await ApplyAsync("one", deployment);

        ((long?)reply.Json["status"]?["replicas"] ?? 0).Should().Be(0);
    }

    private Task<Reply> ApplyAsync(string manager, JsonObject deployment) =>
        PatchAsync(In("apps/v1", $"deployments/d?fieldManager={manager}"), deployment.ToJsonString(), "apply");

    private static JsonObject Deployment(string image, string env, string? ports = null)
    {
        var deployment = JsonNode.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":{"labels":{"app":"d"}},
             "spec":{"nodeSelector":{"no":"no"},"containers":[{"name":"c"}]}}}}
            """)!.AsObject();
        var container = deployment["spec"]!["template"]!["spec"]!["containers"]![0]!;
        container["image"] = image;
        if (env != "[]")
        {
            container["env"] = JsonNode.Parse(env);
        }

        if (ports is not null)
        {
            container["ports"] = JsonNode.Parse(ports);
        }

        return deployment;
    }

    private static string Env(Reply reply) =>
        string.Join(' ', reply.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().Select(e => $"{e!["name"]}={e["value"]}"));

    private static IEnumerable<int> Ports(Reply reply) => reply.Json["spec"]!["ports"]!.AsArray().Select(p => (int)p!["port"]!);

    private static string Owned(Reply reply, string manager) =>
        reply.Metadata["managedFields"]!.AsArray().Single(m => (string)m!["manager"]! == manager)!["fieldsV1"]!.ToJsonString()
            .Replace("\\u0022", "\\\"", StringComparison.Ordinal);
}

public sealed class SimulatedApplyLists(SimulatedServer server) : ApplyListCases(server);

public sealed class RealApplyLists(RealServer server) : ApplyListCases(server);

using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Simulator.Tests.Controllers;

/// <summary>The controllers over a bare store on a fake clock: nothing moves but by <see cref="Settle"/> and <see cref="Advance"/>.</summary>
internal sealed class ControlLab : IDisposable
{
    public ControlLab(int nodes = 3, string cpu = "8", string memory = "32Gi", int pods = 110, TimeSpan? readyAfter = null)
    {
        Store = new ObjectStore(Clock);
        foreach (var name in (string[])["default", "kube-system"])
        {
            Put("namespaces", null, name, new JsonObject { ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") } });
        }

        var options = new SimulatedClusterOptions { Name = "node", NodeCpu = cpu, NodeMemory = memory, NodePods = pods };
        for (var i = 0; i < nodes; i++)
        {
            Store.Create(new ObjectKey("", "nodes", null, $"node-{i}"), NodeFactory.Node(options, i, Clock));
        }

        Plane = new ControlPlane(Store, Clock, Faults, new ControlOptions { PodReadyAfter = readyAfter ?? TimeSpan.FromSeconds(1) });
        Settle();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public ClusterFaults Faults { get; } = new();

    public ObjectStore Store { get; }

    public ControlPlane Plane { get; }

    /// <summary>Lets the controllers work until nothing is due.</summary>
    public void Settle()
    {
        Plane.Drain(1_000_000).Should().BeLessThan(1_000_000, "controllers must come to rest");
        Plane.LastFailure.Should().BeNull();
    }

    /// <summary>Lets time pass in small steps, working after each.</summary>
    public void Advance(double seconds, double step = 0.5)
    {
        for (var left = seconds; left > 0; left -= step)
        {
            Clock.Advance(TimeSpan.FromSeconds(Math.Min(step, left)));
            Settle();
        }
    }

    public static ObjectKey Key(string plural, string name, string? ns = "default") => new(GroupOf(plural), plural, ns, name);

    public JsonObject? Get(string plural, string name, string? ns = "default") => Store.Get(Key(plural, name, ns));

    public IReadOnlyList<JsonObject> List(string plural, string? ns = "default") => Store.List(GroupOf(plural), plural, ns);

    public List<JsonObject> ActivePods() => [.. List("pods").Where(Pods.IsActive)];

    public JsonObject Put(string plural, string? ns, string name, JsonObject obj) => Store.Create(Key(plural, name, ns), obj);

    /// <summary>A change as the API makes it: a new generation when the spec changed.</summary>
    public void Edit(string plural, string name, Action<JsonObject> change, string? ns = "default") =>
        Store.Update(
            Key(plural, name, ns),
            o =>
            {
                change(o);
                return JsonTree.Copy(o);
            });

    /// <summary>Creates an object from YAML-like JSON text.</summary>
    public JsonObject Json(string plural, string json, string? ns = "default")
    {
        var obj = JsonNode.Parse(json)!.AsObject();
        return Put(plural, ns, obj["metadata"]!["name"]!.GetValue<string>(), obj);
    }

    public JsonObject Deployment(string name, int replicas, string image = "app:1", string? extraSpec = null, string? podAnnotations = null)
    {
        var extra = extraSpec is null ? "" : extraSpec + ",";
        return Json("deployments", $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}","namespace":"default"},
             "spec":{"replicas":{{replicas}},"selector":{"matchLabels":{"app":"{{name}}"} },{{extra}}
              "template":{{Template(name, image, podAnnotations)}} } }
            """);
    }

    public static string Template(string app, string image, string? podAnnotations = null, string cpu = "100m") => $$"""
        {"metadata":{"labels":{"app":"{{app}}"},"annotations":{ {{podAnnotations}} } },
         "spec":{"containers":[{"name":"main","image":"{{image}}","ports":[{"name":"http","containerPort":8080}],
          "resources":{"requests":{"cpu":"{{cpu}}","memory":"64Mi"} } }]} }
        """;

    public void SetImage(string deployment, string image) =>
        Edit("deployments", deployment, d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = image);

    public void Scale(string deployment, int replicas) => Edit("deployments", deployment, d => d["spec"]!["replicas"] = (long)replicas);

    public static string? ImageOf(JsonObject pod) => JsonTree.Text(pod["spec"]!["containers"]![0]!["image"]);

    public string? Reason(string plural, string name, string condition) =>
        JsonTree.Text(Get(plural, name)!.Condition(condition)?["reason"]);

    public int Status(string plural, string name, string field) => Get(plural, name)!.Status(field).Int();

    public void Dispose() => Plane.Dispose();

    private static string GroupOf(string plural) => ResourceCatalog.BuiltIn.First(t => t.Plural == plural).Group;
}

using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Controllers;

public sealed class ClusterHousekeepingTests : IDisposable
{
    private readonly ControlLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Service_WithReadyAndUnreadyPods_PublishesBoth()
    {
        _lab.Deployment("web", 2);
        Service("web", "\"targetPort\":\"http\"");
        _lab.Advance(3);
        _lab.Edit("pods", _lab.ActivePods()[0].NameOf(), p => p.Annotate("fake/fail", "Unready"));
        _lab.Advance(2);

        var subset = _lab.Get("endpoints", "web")!["subsets"]![0]!;
        subset["addresses"]!.AsArray().Should().ContainSingle();
        subset["notReadyAddresses"]!.AsArray().Should().ContainSingle();
        JsonTree.Number(subset["ports"]![0]!["port"]).Should().Be(8080, "a named target port is looked up in the pod");
        var slice = _lab.List("endpointslices").Should().ContainSingle().Which;
        slice.Label("kubernetes.io/service-name").Should().Be("web");
        slice["endpoints"].Items().Select(e => JsonTree.At(e, "conditions", "ready").IsTrue()).Should().BeEquivalentTo([true, false]);
    }

    [Fact]
    public void Service_Deleted_TakesItsEndpointsAlong()
    {
        _lab.Deployment("web", 1);
        Service("web", "\"targetPort\":8080");
        _lab.Advance(3);

        _lab.Store.Delete(ControlLab.Key("services", "web"));
        _lab.Settle();

        _lab.List("endpoints").Should().BeEmpty();
        _lab.List("endpointslices").Should().BeEmpty();
    }

    [Fact]
    public void Service_OfTypeLoadBalancer_GetsAnAddress()
    {
        Service("web", "\"targetPort\":80", "LoadBalancer");
        _lab.Settle();

        JsonTree.Text(_lab.Get("services", "web")!.Status("loadBalancer", "ingress")![0]!["ip"]).Should().StartWith("198.18.");
    }

    [Fact]
    public void Namespace_Created_HasItsDefaultAccountAndCa()
    {
        _lab.Put("namespaces", null, "shop", new JsonObject());
        _lab.Settle();

        _lab.Get("serviceaccounts", "default", "shop").Should().NotBeNull();
        _lab.Get("configmaps", "kube-root-ca.crt", "shop").Should().NotBeNull();
    }

    [Fact]
    public void Namespace_Deleted_EmptiesAndWaitsForFinalizers()
    {
        _lab.Put("namespaces", null, "shop", new JsonObject { ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") } });
        _lab.Put("configmaps", "shop", "plain", new JsonObject());
        _lab.Put("configmaps", "shop", "held", new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray("example.com/hold") } });
        _lab.Settle();

        _lab.Store.Delete(ControlLab.Key("namespaces", "shop", null));
        _lab.Settle();
        _lab.List("configmaps", "shop").Select(c => c.NameOf()).Should().Equal("held");
        _lab.Get("namespaces", "shop", null)!.Condition("NamespaceContentRemaining").Should().NotBeNull();

        _lab.Store.Update(ControlLab.Key("configmaps", "held", "shop"), c =>
        {
            c["metadata"]!.AsObject().Remove("finalizers");
            return c;
        });
        _lab.Settle();
        _lab.Get("namespaces", "shop", null).Should().BeNull();
        _lab.List("serviceaccounts", "shop").Should().BeEmpty("the defaults are not made again");
    }

    [Fact]
    public void Deployment_Deleted_TakesReplicaSetsAndPodsAlong()
    {
        _lab.Deployment("web", 3);
        _lab.Advance(3);

        _lab.Store.Delete(ControlLab.Key("deployments", "web"));
        _lab.Settle();
        _lab.List("pods").Should().HaveCount(3).And.OnlyContain(p => p.IsDeleting(), "they end within their grace period");
        _lab.Advance(1);

        _lab.List("replicasets").Should().BeEmpty();
        _lab.List("pods").Should().BeEmpty();
    }

    [Theory]
    [InlineData("foregroundDeletion", 0)]
    [InlineData("orphan", 3)]
    public void Deployment_DeletedWithAPropagationFinalizer_EndsWithTheseRemaining(string finalizer, int pods)
    {
        _lab.Deployment("web", 3);
        _lab.Advance(3);
        _lab.Edit("deployments", "web", d => d["metadata"]!["finalizers"] = new JsonArray(finalizer));

        _lab.Store.Delete(ControlLab.Key("deployments", "web"));
        _lab.Settle();
        (_lab.Get("deployments", "web") is null).Should().Be(pods > 0, "in the foreground it waits for the last pod");
        _lab.Advance(1);

        _lab.Get("deployments", "web").Should().BeNull();
        _lab.List("pods").Should().HaveCount(pods);
        _lab.List("replicasets").Should().HaveCount(pods > 0 ? 1 : 0);
    }

    [Fact]
    public void Object_WithOneDeadOwnerOfTwo_LosesTheReferenceOnly()
    {
        var (a, b) = (_lab.Put("configmaps", "default", "a", Map()), _lab.Put("configmaps", "default", "b", Map()));
        var child = Map();
        child["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(a.OwnerReference(), b.OwnerReference()) };
        _lab.Put("configmaps", "default", "child", child);

        _lab.Store.Delete(ControlLab.Key("configmaps", "a"));
        _lab.Settle();
        _lab.Get("configmaps", "child")!["metadata"]!["ownerReferences"].Items().Select(r => r["name"]!.GetValue<string>()).Should().Equal("b");

        _lab.Store.Delete(ControlLab.Key("configmaps", "b"));
        _lab.Settle();
        _lab.Get("configmaps", "child").Should().BeNull();
    }

    private static JsonObject Map() => new() { ["apiVersion"] = "v1", ["kind"] = "ConfigMap" };

    private void Service(string name, string target, string type = "ClusterIP") => _lab.Json("services", $$"""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{name}}","namespace":"default"},
         "spec":{"type":"{{type}}","selector":{"app":"{{name}}"},"ports":[{"name":"http","port":80,"protocol":"TCP",{{target}}}]} }
        """);
}

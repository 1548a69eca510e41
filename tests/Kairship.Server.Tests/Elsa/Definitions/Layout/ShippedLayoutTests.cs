using System.Text.Json.Nodes;
using Kairship.Server.Elsa.Definitions.Layout;
using Kairship.Testing;
using Kairship.Workflows.Activities;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Definitions.Layout;

/// <summary>The shipped workflows can be read as they are drawn.</summary>
public sealed class ShippedLayoutTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Theory]
    [InlineData("canary", 3)]
    [InlineData("deploy", 2)]
    [InlineData("rollback", 1)]
    [InlineData("move", 2)]
    [InlineData("failover", 0)]
    [InlineData("scale-out", 0)]
    [InlineData("failback", 0)]
    [InlineData("failback-application", 2)]
    [InlineData("dr-drill", 0)]
    public void Drawing_OfShippedWorkflow_IsReadable(string name, int loops)
    {
        var root = Shipped(name)["root"]!.AsObject();
        var drawing = Drawing.Of(root, AutoLayout.GraphOf(root, Types()));

        drawing.Overlaps(20).Should().BeEmpty("boxes stand apart");
        drawing.Upward().Should().HaveCountLessThanOrEqualTo(loops, "only loops lead back: {0}", string.Join("; ", drawing.Upward()));
        drawing.Blocked().Should().BeEmpty("every connection has a way around the boxes");
        drawing.Crossed().Count().Should().BeLessThanOrEqualTo(root["connections"]!.AsArray().Count / 2, string.Join("; ", drawing.Crossed()));
    }

    [Theory]
    [InlineData("canary")]
    [InlineData("deploy")]
    [InlineData("rollback")]
    [InlineData("move")]
    [InlineData("failover")]
    [InlineData("scale-out")]
    [InlineData("failback")]
    [InlineData("failback-application")]
    [InlineData("dr-drill")]
    public void Boxes_OfShippedWorkflow_FitTheirText(string name)
    {
        var root = Shipped(name)["root"]!.AsObject();
        var needed = AutoLayout.GraphOf(root, Types()).Nodes.ToDictionary(n => n.Id);

        foreach (var activity in root["activities"]!.AsArray())
        {
            var size = activity!["metadata"]!["designer"]!["size"]!;
            var node = needed[activity["id"]!.GetValue<string>()];
            size["width"]!.GetValue<double>().Should().BeGreaterThanOrEqualTo(node.Width, node.Id);
            size["height"]!.GetValue<double>().Should().BeGreaterThanOrEqualTo(node.Height, node.Id);
        }
    }

    private static JsonObject Shipped(string name) => JsonNode.Parse(File.ReadAllText(SharedFiles.Own("workflows", name + ".json")))!.AsObject();

    private Func<string, ActivityDescriptor?> Types()
    {
        var registry = server.Services.GetRequiredService<ActivityRegistry>();
        return type => registry.TryGet(type, out var activity) ? activity.Descriptor : null;
    }
}

using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class DescriptorJsonTests
{
    [Fact]
    public void Descriptor_Written_HasTheShapeThatStudioReads()
    {
        var expected = JsonNode.Parse("""
            {
              "typeName": "Kairship.DeployRelease", "namespace": "Kairship", "name": "DeployRelease", "version": 1, "category": "Release", "displayName": "Deploy Release",
              "description": "Deploys.",
              "inputs": [
                { "isWrapped": true, "uiHint": "dropdown", "category": "Advanced", "defaultValue": "eu-1", "isReadOnly": false, "isSensitive": false, "isRequired": true,
                  "autoEvaluate": true, "uiSpecifications": { "dropdown": { "selectList": { "items": [{ "text": "eu-1", "value": "eu-1" }, { "text": "us-1", "value": "us-1" }] } } },
                  "name": "TargetCluster", "typeName": "String", "displayName": "Target Cluster", "description": "Where to", "order": 2, "isBrowsable": true,
                  "isSerializable": true, "isSynthetic": false }
              ],
              "outputs": [{ "name": "Result", "typeName": "String", "displayName": "Result", "order": 0, "isBrowsable": true, "isSerializable": true, "isSynthetic": false }],
              "kind": "Action", "runAsynchronously": false,
              "ports": [{ "name": "Succeeded", "displayName": "Succeeded", "type": "Flow", "isBrowsable": true }, { "name": "Body", "displayName": "Body", "type": "Embedded", "isBrowsable": true }],
              "customProperties": {}, "constructionProperties": {}, "isContainer": false, "isBrowsable": true, "isStart": false, "isTerminal": false
            }
            """);
        var descriptor = ActivityDescriptor.Create("Kairship.DeployRelease", "Release", "Deploys.")
            .WithInput(new InputDescriptor("TargetCluster", "String", "Where to", "dropdown", "eu-1", IsRequired: true, Category: "Advanced", Order: 2, Options: ["eu-1", "us-1"]))
            .WithOutput(new OutputDescriptor("Result", "String")).WithOutcomes("Succeeded").WithEmbedded("Body");
        JsonNode.DeepEquals(DescriptorJson.Write(descriptor), expected).Should().BeTrue(DescriptorJson.Write(descriptor).ToJsonString());
    }

    [Theory]
    [InlineData("checklist", "GET", """{"checklist":{"checkList":{"items":[{"text":"GET","value":"GET"}],"isFlagsEnum":false}}}""")]
    [InlineData("json-editor", null, """{"code-editor":{"language":"json"}}""")]
    [InlineData("singleline", null, "{}")]
    public void UISpecifications_ForHint_AreWritten(string hint, string? option, string expected)
    {
        var input = new InputDescriptor("X", "String", UIHint: hint, Options: option is null ? null : [option]);
        DescriptorJson.Write(ActivityDescriptor.Create("A.B", "C", "D").WithInput(input))["inputs"]![0]!["uiSpecifications"]!.ToJsonString().Should().Be(expected);
    }

    [Fact]
    public void AllDescriptors_Written_AreSortedAndCounted()
    {
        var all = DescriptorJson.WriteAll(TestActivities.Registry.Activities.Select(a => a.Descriptor));
        all["count"]!.GetValue<int>().Should().Be(TestActivities.Registry.Activities.Count);
        all["items"]!.AsArray().Select(i => i!["typeName"]!.GetValue<string>()).Should().BeInAscendingOrder(StringComparer.Ordinal);
    }
}

using System.Text.Json.Nodes;
using Kairship.Activities;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Descriptors;

/// <summary>Every activity type can be understood and filled in in the designer.</summary>
public sealed class DesignerFitnessTests(RunningServer server) : IClassFixture<RunningServer>
{
    /// <summary>The editors that Elsa Studio 3.8.2 has, as its assembly Elsa.Studio.UIHints names them.</summary>
    private static readonly string[] Hints =
    [
        "checkbox", "checklist", "code-editor", "datetime-picker", "dictionary", "dropdown", "dynamic-outcomes", "expression-editor", "flow-switch-editor", "http-status-codes", "input-picker",
        "json-editor", "multiline", "multitext", "outcome-picker", "output-picker", "radiolist", "singleline", "switch-editor", "type-picker", "variable-picker", "workflow-definition-picker",
    ];

    /// <summary>What an input is called after says what can be chosen for it.</summary>
    private static readonly (string Name, string List, string Hint)[] Pickers =
    [
        ("Cluster", LiveLists.Clusters, "dropdown"), ("Application", LiveLists.Applications, "dropdown"), ("Workflow", LiveLists.Workflows, "dropdown"),
        ("Release", LiveLists.Releases, "dropdown"), ("Roles", LiveLists.Roles, "checklist"),
    ];

    private IEnumerable<ActivityDescriptor> All => server.Services.GetRequiredService<ActivityRegistry>().Activities.Select(a => a.Descriptor);

    private IEnumerable<ActivityDescriptor> Own => All.Where(d => d.Namespace == "Kairship");

    [Fact]
    public void Activities_HaveACategoryANameAndASentence()
    {
        foreach (var type in All)
        {
            type.Category.Should().NotBeEmpty(type.TypeName);
            type.Description.Should().EndWith(".", type.TypeName);
            DescriptorJson.Write(type)["displayName"]!.GetValue<string>().Should().NotBeEmpty(type.TypeName);
        }

        foreach (var type in Own)
        {
            type.Description.TrimEnd('.').Should().NotContain(". ", "one sentence says what {0} does", type.TypeName);
            type.Category.Should().BeOneOf("Approvals", "Clusters", "Release", "Rollout", "Scaling");
        }
    }

    [Fact]
    public void Inputs_HaveEditorsThatTheDesignerKnows_AndDefaultsOfTheirTypes()
    {
        foreach (var (type, input) in All.SelectMany(d => d.Inputs.Select(i => (d, i))))
        {
            var what = $"{type.TypeName}.{input.Name}";
            input.UIHint.Should().BeOneOf(Hints, what);
            input.Invoking(i => TypedValue.Convert(i.DefaultValue is null ? null : JsonValue.Create(i.DefaultValue), i.TypeName)).Should().NotThrow(what);
            if (input is { DefaultValue: { } given, Options: { } options })
            {
                options.Should().Contain(given, what);
            }
        }
    }

    [Fact]
    public void OwnInputs_AreDescribed_InOrder_AndPickedFromLists()
    {
        foreach (var type in Own)
        {
            type.Inputs.Select(i => i.Order).Should().BeInAscendingOrder(type.TypeName).And.OnlyHaveUniqueItems();
            foreach (var input in type.Inputs)
            {
                input.Description.Should().EndWith(".", $"{type.TypeName}.{input.Name}");
                var picker = Pickers.FirstOrDefault(p => p.Name == input.Name);
                (input.LiveOptions, input.LiveOptions is null ? null : input.UIHint).Should().Be((picker.List, picker.Hint), $"{type.TypeName}.{input.Name}");
            }

            type.Outputs.Should().NotContain(o => o.Description == null || !o.Description.EndsWith('.'), type.TypeName);
        }

        Own.SelectMany(d => d.Inputs).Select(i => i.LiveOptions).Distinct().Should().Contain(Pickers.Select(p => p.List));
        Own.SelectMany(d => d.Inputs).Select(i => i.UIHint).Should().Contain(["code-editor", "dictionary", "multiline", "checkbox"]);
    }

    [Fact]
    public async Task OwnActivities_HaveAnIconOfTheirOwn()
    {
        using var http = server.Http(null);
        var script = await http.GetStringAsync("/assets/activities.js", TestContext.Current.CancellationToken);

        foreach (var type in Own)
        {
            script.Should().Contain($"\"{type.TypeName}\": [\"{DescriptorJson.Write(type)["displayName"]!.GetValue<string>()}\", ");
        }
    }

    [Fact]
    public void OwnOutcomes_AreFlowPorts()
    {
        foreach (var type in Own.Where(d => d.Ports.Count > 0))
        {
            type.Ports.Should().OnlyContain(p => p.Type == PortType.Flow && p.Name.Length > 0, type.TypeName).And.OnlyHaveUniqueItems(p => p.Name);
        }
    }
}

using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Assigns a variable.</summary>
internal sealed class SetVariable : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.SetVariable", "Primitives", "Assign a value to a workflow variable.")
        .WithInput(new InputDescriptor("Variable", "Variable", "The variable to assign the value to.", "variable-picker", IsRequired: true, IsWrapped: false))
        .WithInput(new InputDescriptor("Value", "Object", "The value to assign.", Order: 1)) with { DisplayName = "Set Variable" };

    public override void Execute(ControlContext context)
    {
        var reference = context.Node.PlainInputs.GetValueOrDefault("Variable");
        var value = context.EvaluateInput("Value");
        var id = InputValues.Text(reference is JsonObject r ? r["id"] ?? r["name"] : reference);
        var name = InputValues.Text(reference is JsonObject n ? n["name"] ?? n["id"] : reference);
        if (id is null || name is null)
        {
            context.Fault("Input", "Input 'Variable' is not set: choose the variable to assign.");
        }
        else if (context.SetVariable(id, value) || context.SetVariable(name, value))
        {
            context.Complete();
        }
        else
        {
            context.Fault("Input", $"There is no variable '{name}' here. Declare it on the workflow or on a container around this activity.");
        }
    }
}

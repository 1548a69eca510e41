using System.Text.Json.Nodes;

namespace Kairship.Workflows.Definitions;

/// <summary>The variables visible at a place of a definition, innermost first.</summary>
internal sealed class VariableScope(VariableScope? outer, IReadOnlyList<VariableDefinition> variables)
{
    public static readonly VariableScope Empty = new(null, []);

    // What loops give their bodies; they have no id to refer to.
    private static readonly VariableDefinition[] LoopVariables =
        [new("CurrentValue", "CurrentValue", "Object", false, null), new("CurrentIndex", "CurrentIndex", "Int32", false, null)];

    // What the engine gives the compensation of an activity.
    private static readonly VariableDefinition[] CompensationVariables =
        [new("CompensatedInput", "CompensatedInput", "Object", false, null), new("CompensatedOutput", "CompensatedOutput", "Object", false, null)];

    public VariableScope ForCompensation() => new(this, CompensationVariables);

    public VariableScope ForLoopBody() => new(this, LoopVariables);

    /// <summary>With variables that an activity gives to what is inside it.</summary>
    public VariableScope With(IEnumerable<string> names) => new(this, [.. names.Select(n => new VariableDefinition(n, n, "Object", false, null))]);

    /// <summary>By id from here outwards, then by name (in any case).</summary>
    public VariableDefinition? Find(string idOrName) =>
        All().FirstOrDefault(v => v.Id == idOrName) ?? FindByName(idOrName);

    public VariableDefinition? FindByName(string name) =>
        All().FirstOrDefault(v => v.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The variable that a reference {id, name} means: its id counts, as the name may be from before a renaming.</summary>
    public VariableDefinition? Find(JsonNode? reference) => reference switch
    {
        JsonObject o => (DefinitionJson.Text(DefinitionJson.Find(o, "id")) is { } id ? All().FirstOrDefault(v => v.Id == id) : null)
            ?? (DefinitionJson.Text(DefinitionJson.Find(o, "name")) is { } name ? FindByName(name) : null),
        _ => DefinitionJson.Text(reference) is { } text ? Find(text) : null,
    };

    /// <summary>"Visible here: A, B." for messages.</summary>
    public string Describe()
    {
        var names = All().Select(v => v.Name).Distinct().Take(20).ToArray();
        return names.Length == 0 ? "No variable is visible here." : $"Visible here: {string.Join(", ", names)}.";
    }

    private IEnumerable<VariableDefinition> All()
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            foreach (var variable in scope.Variables)
            {
                yield return variable;
            }
        }
    }

    private VariableScope? Outer { get; } = outer;

    private IReadOnlyList<VariableDefinition> Variables { get; } = variables;
}

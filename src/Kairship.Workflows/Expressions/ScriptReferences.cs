using Acornima.Ast;

namespace Kairship.Workflows.Expressions;

internal enum ScriptReferenceKind
{
    /// <summary><c>variables.X</c>: undefined when there is none.</summary>
    Variable,

    /// <summary><c>getVariable('X')</c>, <c>setVariable('X', value)</c>, <c>variables.X = value</c>: fails when there is none.</summary>
    RequiredVariable,

    /// <summary><c>getInput('X')</c>, <c>input.X</c>.</summary>
    Input,

    /// <summary><c>getOutputFrom('X')</c>.</summary>
    Activity,
}

/// <summary>A name of the workflow that a script mentions in so many words.</summary>
internal sealed record ScriptReference(ScriptReferenceKind Kind, string Name)
{
    /// <summary>Names that can be told without running the script; those that it computes, or takes from a local of its own called <c>variables</c> or <c>input</c>, are not among them.</summary>
    public static IReadOnlyList<ScriptReference> Of(Script program, IReadOnlyCollection<string> globals)
    {
        if (!globals.Any(g => g is ScriptNames.Variables or ScriptNames.Input or "getVariable" or "setVariable" or "getInput" or "getOutputFrom"))
        {
            return [];
        }

        var found = new HashSet<ScriptReference>();
        var pending = new Stack<Node>([program]);
        while (pending.TryPop(out var node))
        {
            if (Reference(node, globals) is { } reference)
            {
                found.Add(reference);
            }

            foreach (var child in node.ChildNodes)
            {
                pending.Push(child);
            }
        }

        return [.. found];
    }

    private static ScriptReference? Reference(Node node, IReadOnlyCollection<string> globals) => node switch
    {
        CallExpression { Callee: Identifier f, Arguments: [StringLiteral name, ..] } when globals.Contains(f.Name) => f.Name switch
        {
            "getVariable" or "setVariable" => new ScriptReference(ScriptReferenceKind.RequiredVariable, name.Value),
            "getInput" => new ScriptReference(ScriptReferenceKind.Input, name.Value),
            "getOutputFrom" => new ScriptReference(ScriptReferenceKind.Activity, name.Value),
            _ => null,
        },
        AssignmentExpression { Left: MemberExpression member } when Member(member, globals) is { Kind: ScriptReferenceKind.Variable } written =>
            written with { Kind = ScriptReferenceKind.RequiredVariable },
        MemberExpression member => Member(member, globals),
        _ => null,
    };

    private static ScriptReference? Member(MemberExpression member, IReadOnlyCollection<string> globals)
    {
        if (member.Object is not Identifier { Name: ScriptNames.Variables or ScriptNames.Input } of || !globals.Contains(of.Name))
        {
            return null;
        }

        var name = member switch
        {
            { Computed: false, Property: Identifier i } => i.Name,
            { Computed: true, Property: StringLiteral s } => s.Value,
            _ => null,
        };
        return name is null ? null : new ScriptReference(of.Name == ScriptNames.Variables ? ScriptReferenceKind.Variable : ScriptReferenceKind.Input, name);
    }
}

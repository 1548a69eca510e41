using Kairship.Workflows.Expressions;
using Kairship.Workflows.Expressions.Liquid;

namespace Kairship.Workflows.Definitions;

/// <summary>Looks up the names that scripts use: a variable that is not there fails at publish, not in the middle of a release.</summary>
internal static class ScriptNameCheck
{
    public static void Run(Compilation run)
    {
        foreach (var (activityId, property, script, scope) in run.Scripts)
        {
            foreach (var name in script.FreeNames)
            {
                Check(run, activityId, property, name, scope);
            }

            foreach (var reference in script.References)
            {
                Check(run, activityId, property, reference, scope);
            }
        }

        foreach (var (activityId, property, names, scope) in run.Templates)
        {
            Check(run, activityId, property, names, scope);
        }
    }

    private static void Check(Compilation run, string activityId, string property, ScriptReference reference, VariableScope scope)
    {
        switch (reference.Kind)
        {
            case ScriptReferenceKind.RequiredVariable when scope.Find(reference.Name) is null:
                run.Error(activityId, property, ProblemCode.UnknownVariable, $"The script uses a variable '{reference.Name}', which does not exist. {scope.Describe()}");
                break;
            case ScriptReferenceKind.Variable when scope.Find(reference.Name) is null:
                run.Warn(activityId, property, ProblemCode.UnknownVariable, $"variables.{reference.Name} is undefined: there is no such variable. {scope.Describe()}");
                break;
            case ScriptReferenceKind.Input when !run.InputNames.Contains(reference.Name):
                run.Warn(activityId, property, ProblemCode.UnknownInput,
                    $"The workflow declares no input '{reference.Name}': it is there only when whoever starts the workflow gives it. Declared: {string.Join(", ", run.InputNames)}.");
                break;
            case ScriptReferenceKind.Activity when !run.ActivityNames.Contains(reference.Name):
                run.Warn(activityId, property, ProblemCode.UnknownName, $"The script reads an output of '{reference.Name}', and no activity has that id or name.");
                break;
        }
    }

    private static void Check(Compilation run, string activityId, string property, LiquidNames names, VariableScope scope)
    {
        foreach (var variable in names.Variables.Where(v => scope.FindByName(v) is null))
        {
            run.Error(activityId, property, ProblemCode.UnknownVariable, $"Variables.{variable} does not exist. {scope.Describe()}");
        }

        foreach (var unknown in names.Unknown)
        {
            run.Warn(activityId, property, ProblemCode.UnknownName,
                $"The template uses '{unknown}', which is nothing: it has Variables.X, Input.X, Output.Activity.Result and what it assigns itself.");
        }
    }

    private static void Check(Compilation run, string activityId, string property, string name, VariableScope scope)
    {
        var isGetter = ScriptNames.IsGetter(name, out var variable);
        if (!isGetter && !ScriptNames.IsSetter(name, out variable))
        {
            run.Warn(activityId, property, ProblemCode.UnknownName,
                $"The script uses '{name}', which is not defined: scripts have getX() and setX(value) for each variable X, getInput(name), variables.X and JavaScript's own functions.");
            return;
        }

        var isKnown = scope.FindByName(variable) is not null
            || isGetter && ScriptNames.OutputReads(variable).Any(read => run.ActivityNames.Contains(read.Activity));
        if (!isKnown)
        {
            run.Error(activityId, property, ProblemCode.UnknownVariable, $"{name}() needs a variable '{variable}', which does not exist. {scope.Describe()}");
        }
    }
}

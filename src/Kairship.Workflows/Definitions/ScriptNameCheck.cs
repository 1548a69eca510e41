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
        }

        foreach (var (activityId, property, names, scope) in run.Templates)
        {
            Check(run, activityId, property, names, scope);
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

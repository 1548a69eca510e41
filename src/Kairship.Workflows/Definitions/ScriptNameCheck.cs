using Kairship.Workflows.Expressions;

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

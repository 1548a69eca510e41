using System.Text.Json;
using Kairship.Api.Workflows;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Variables of an instance.</summary>
internal static class VariableRoutes
{
    private const int Most = 100;

    /// <summary>How a secret is shown.</summary>
    private const string Mask = "***";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static void MapElsaVariables(this IEndpointRouteBuilder instances)
    {
        instances.MapGet("/{id}/variables", async (string id, InstanceReader reader, CancellationToken cancellationToken) =>
            InstanceRoutes.Told(await InstanceRoutes.FindAsync(reader, id, Shown, cancellationToken)));
        instances.MapPost("/{id}/variables", SetAsync).WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Administer).Audited("instance.set-variable");
    }

    /// <summary>Sets one after the other; the first that is refused ends it, and says which it was. The answer has all variables as they are a moment later.</summary>
    private static async Task<IResult> SetAsync(
        string id, HttpContext context, InstanceOperations operations, InstanceWaiter waiter, IWorkflowStore store, InstanceReader reader, CancellationToken cancellationToken)
    {
        var instance = RouteText.Id(id);
        var wanted = (await ElsaBody.ReadAsync<SetVariablesRequest>(context, cancellationToken)).Variables ?? [];
        context.AuditSubject(instance, string.Join(", ", wanted.Select(v => v?.Id)));
        if (wanted.Count is 0 or > Most || wanted.Any(v => v is not { Id.Length: > 0 } || v.Value.ValueKind == JsonValueKind.Undefined))
        {
            return Refusal.BadRequest($"The body is {{\"variables\": [{{\"id\": \"...\", \"value\": ...}}]}} with 1 to {Most} of them.").ToResult();
        }

        if (wanted.FirstOrDefault(v => v!.Value.ValueKind == JsonValueKind.String && v.Value.GetString() == Mask) is { } masked)
        {
            return Refusal.Unprocessable($"'{Mask}' is how a secret is shown: variable '{masked.Id}' is not set to it. Leave it out to keep its value.").ToResult();
        }

        foreach (var variable in wanted)
        {
            var before = await store.GetInstanceAsync(instance, cancellationToken);
            if ((await operations.SetVariableAsync(instance, variable!.Id!, new SetVariableRequest(variable.Value), cancellationToken)).Refusal is { } refusal)
            {
                return refusal.ToResult();
            }

            await waiter.WaitAsync(instance, i => i.UpdatedAt > before!.UpdatedAt, Patience, cancellationToken);
        }

        return InstanceRoutes.Told(await InstanceRoutes.FindAsync(reader, id, Shown, cancellationToken));
    }

    private static ElsaList<ElsaVariable> Shown(InstanceView view)
    {
        var all = WorkflowStates.Variables(view);
        return new ElsaList<ElsaVariable>(all, all.Count);
    }
}

/// <summary>Values for variables of the workflow.</summary>
internal sealed record SetVariablesRequest
{
    public IReadOnlyList<VariableValue?>? Variables { get; init; }
}

/// <param name="Id">Or the name.</param>
internal sealed record VariableValue(string? Id, JsonElement Value);

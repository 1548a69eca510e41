using System.Text;
using System.Text.Json.Nodes;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Elsa.Descriptors;

/// <summary>What the designer draws its toolbox and forms from.</summary>
internal static class DescriptorRoutes
{
    public static void MapElsaDescriptors(this IEndpointRouteBuilder elsa)
    {
        var descriptors = elsa.MapGroup("/descriptors");
        descriptors.MapGet("/activities", async (HttpContext context, ActivityDescriptorBook book) => await (await book.GetAsync(context.RequestAborted)).WriteAsync(context));
        descriptors.MapGet("/activities/{activityTypeName}", GetAsync);
        descriptors.MapPost("/activities/{activityTypeName}/options/{propertyName}", OptionsAsync).WithMetadata(BodyLimit.OneMegabyte);
        descriptors.MapGet("/expression-descriptors", () => Listed(DesignerLists.Expressions));
        descriptors.MapGet("/storage-drivers", () => TypedResults.Json(new { Items = DesignerLists.Storage }, ElsaJson.Options));
        descriptors.MapGet("/variables", () => Listed(DesignerLists.Variables));
        descriptors.MapGet("/workflow-activation-strategies", () => Listed(DesignerLists.Activation));
        descriptors.MapGet("/incident-strategies", () => Listed(DesignerLists.Incidents));
        descriptors.MapGet("/log-persistence-strategies", () => Listed(DesignerLists.LogPersistence));

        // The engine commits before and after every effect, whatever a definition says; values are converted by their declared type.
        descriptors.MapGet("/commit-strategies/workflows", () => Listed<Strategy>([]));
        descriptors.MapGet("/commit-strategies/activities", () => Listed<Strategy>([]));
        descriptors.MapGet("/output-converters", () => Listed<Strategy>([]));
        elsa.MapPost("/scripting/javascript/type-definitions/{definitionId}", TypeDefinitionsAsync).WithMetadata(BodyLimit.OneMegabyte);
    }

    private static JsonHttpResult<ElsaList<T>> Listed<T>(IReadOnlyList<T> items) => TypedResults.Json(new ElsaList<T>(items, items.Count), ElsaJson.Options);

    private static async Task<Results<JsonHttpResult<JsonObject>, ProblemHttpResult>> GetAsync(
        string activityTypeName, int? version, ActivityDescriptorBook book, CancellationToken cancellationToken) =>
        await book.FindAsync(activityTypeName, version, cancellationToken) is { } descriptor
            ? TypedResults.Json(DescriptorJson.Write(descriptor), ElsaJson.Options)
            : NoType(activityTypeName).ToResult();

    /// <summary>The choices of one input, as they are now. What else stands in the form does not change them.</summary>
    private static async Task<Results<JsonHttpResult<JsonObject>, ProblemHttpResult>> OptionsAsync(
        string activityTypeName, string propertyName, ActivityDescriptorBook book, LiveOptions options, CancellationToken cancellationToken)
    {
        if (await book.FindAsync(activityTypeName, null, cancellationToken) is not { } descriptor)
        {
            return NoType(activityTypeName).ToResult();
        }

        if (descriptor.Inputs.FirstOrDefault(i => i.Name.Equals(propertyName, StringComparison.OrdinalIgnoreCase)) is not { } input)
        {
            return Refusal.NotFound($"{descriptor.TypeName} has no input '{propertyName}': it has {string.Join(", ", descriptor.Inputs.Select(i => i.Name))}.").ToResult();
        }

        return TypedResults.Json(new JsonObject { ["items"] = await ChoicesAsync(descriptor, input, options, cancellationToken) }, ElsaJson.Options);
    }

    private static async Task<JsonObject> ChoicesAsync(ActivityDescriptor activity, InputDescriptor input, LiveOptions options, CancellationToken cancellationToken)
    {
        var found = input.LiveOptions is null ? null : await options.ListAsync(input.LiveOptions, cancellationToken);
        if (found is null)
        {
            return DescriptorJson.Specifications(activity, input);
        }

        // An empty choice takes back what was chosen before.
        var none = input.IsRequired || input.UIHint != "dropdown" ? Enumerable.Empty<(string, string)>() : [("(none)", "")];
        return DescriptorJson.Choices(input.UIHint, none.Concat(found), live: true);
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> TypeDefinitionsAsync(
        string definitionId, IWorkflowStore store, ActivityDescriptorBook book, CancellationToken cancellationToken)
    {
        if (await store.FindDefinitionAsync(RouteText.Id(definitionId), VersionOption.LatestOnly, cancellationToken) is not { } latest)
        {
            return Refusal.NotFound($"There is no workflow '{definitionId}'.").ToResult();
        }

        var types = await book.TypesAsync(cancellationToken);
        return TypedResults.Text(ScriptDeclarations.Write(WorkflowDefinition.Parse(latest.Json), types), "application/x-typescript", Encoding.UTF8);
    }

    private static Refusal NoType(string name) => Refusal.NotFound($"There is no activity type '{name}': GET /elsa/api/descriptors/activities lists them.");
}

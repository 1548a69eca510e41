using Kairship.Server.Access;
using Kairship.Server.Elsa.Definitions;
using Kairship.Server.Elsa.Descriptors;
using Kairship.Server.Elsa.Executions;
using Kairship.Server.Elsa.Identity;
using Kairship.Server.Elsa.Instances;
using Kairship.Server.Elsa.Live;

namespace Kairship.Server.Elsa;

/// <summary>The API and the hub that Elsa Studio speaks, over the same services as <c>/api/v1</c>.</summary>
internal static class ElsaApi
{
    public const string Root = "/elsa/api";

    public static void MapElsa(this IEndpointRouteBuilder app)
    {
        var elsa = app.MapGroup(Root).WithTags("Elsa").ExcludeFromDescription().RequireAuthorization(Policies.Read);
        elsa.MapElsaIdentity();
        elsa.MapElsaDefinitions();
        elsa.MapElsaDescriptors();
        elsa.MapElsaInstances();
        elsa.MapElsaRuns();
        elsa.MapElsaExecutions();
        app.MapElsaHub();
    }

    public static IServiceCollection AddElsa(this IServiceCollection services)
    {
        services.AddElsaDefinitions();
        services.AddElsaExecutions();
        services.AddElsaLive();
        services.AddElsaInstances();
        return services.AddSingleton<ActivityDescriptorBook>().AddSingleton<LiveOptions>();
    }
}

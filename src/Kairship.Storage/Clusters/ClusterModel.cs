using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Clusters;

internal static class ClusterModel
{
    public static void Configure(ModelBuilder model) => model.Entity<ClusterRow>(row => row.ToTable("clusters").HasKey(x => x.Name));
}

-- Fails for each system use that has no single owner, or whose cost or users stand at
-- more than one administration.
select system_use_id
from {{ ref("dim_system") }}
group by system_use_id
having
    sum(case when is_owner then 1 else 0 end) <> 1
    or count(yearly_cost_amount) > 1
    or count(user_count) > 1
    or (count(*) > 1) <> (max(case when is_shared_use then 1 else 0 end) = 1)

#pragma GCC diagnostic ignored "-Wmisleading-indentation"
#include "store/mt_store.h"
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
struct mt_store_s { MDB_env *env; MDB_dbi dbi[MT_DB_COUNT]; };
struct mt_txn_s { MDB_txn *txn; mt_store_t *s; mt_status_t st; };
struct mt_cursor_s { MDB_cursor *c; };
static const char *names[] = {
#define N(s, n) n,
MT_DATABASES(N)
};
mt_status_t mt_store_create(const mt_store_options_t *o, int uid, int gid, char *why, size_t n)
{ (void)uid;(void)gid; mkdir(o->path.data,0700); mt_store_t *s; mt_status_t r=mt_store_open(&s,o,why,n); if(r==MT_OK) mt_store_close(s); return r; }
mt_status_t mt_store_open(mt_store_t **sp, const mt_store_options_t *o, char *why, size_t n)
{ mt_store_t *s=calloc(1,sizeof *s); int rc=mdb_env_create(&s->env); mdb_env_set_maxdbs(s->env,64); mdb_env_set_mapsize(s->env,o->max_size); mdb_env_set_maxreaders(s->env,o->max_readers);
 rc=mdb_env_open(s->env,o->path.data,MDB_NOTLS,0600); MDB_txn *t; if(!rc) rc=mdb_txn_begin(s->env,0,0,&t);
 for(int i=0;!rc&&i<MT_DB_COUNT;i++) rc=mdb_dbi_open(t,names[i],MDB_CREATE,&s->dbi[i]);
 if(!rc) rc=mdb_txn_commit(t); if(rc){snprintf(why,n,"%s",mdb_strerror(rc));return MT_STORE_FAILED;} *sp=s; return MT_OK; }
void mt_store_close(mt_store_t *s){mdb_env_close(s->env);free(s);}
static mt_status_t bg(mt_store_t*s,mt_txn_t**t,int f){mt_txn_t*x=calloc(1,sizeof*x);x->s=s;if(mdb_txn_begin(s->env,0,f,&x->txn)){free(x);return MT_STORE_FAILED;}*t=x;return MT_OK;}
mt_status_t mt_write_begin(mt_store_t*s,mt_txn_t**t){return bg(s,t,0);}
mt_status_t mt_read_open(mt_store_t*s,mt_txn_t**t){return bg(s,t,MDB_RDONLY);}
void mt_read_close(mt_txn_t*t){mdb_txn_abort(t->txn);free(t);}
void mt_write_abort(mt_txn_t*t){mdb_txn_abort(t->txn);free(t);}
mt_status_t mt_write_commit(mt_txn_t*t){int rc=mdb_txn_commit(t->txn);free(t);return rc?MT_STORE_FAILED:MT_OK;}
void mt_key_u32(mt_key_t*k,uint32_t v){mt_put_u32(k->data+k->len,v);k->len+=4;}
void mt_key_u64(mt_key_t*k,uint64_t v){mt_put_u64(k->data+k->len,v);k->len+=8;}
void mt_key_str(mt_key_t*k,mt_str_t s){memcpy(k->data+k->len,s.data,s.len);k->len+=s.len;}
int mt_get(mt_txn_t*t,mt_db_t db,const mt_key_t*k,mt_str_t*v){MDB_val a={k->len,(void*)k->data},b;int rc=mdb_get(t->txn,t->s->dbi[db],&a,&b);if(rc==MDB_NOTFOUND)return 0;if(rc)return -1;v->len=b.mv_size;v->data=b.mv_data;return 1;}
mt_status_t mt_put(mt_txn_t*t,mt_db_t db,const mt_key_t*k,mt_str_t v){MDB_val a={k->len,(void*)k->data},b={v.len,(void*)v.data};return mdb_put(t->txn,t->s->dbi[db],&a,&b,0)?MT_STORE_FAILED:MT_OK;}
int mt_del(mt_txn_t*t,mt_db_t db,const mt_key_t*k){MDB_val a={k->len,(void*)k->data};int rc=mdb_del(t->txn,t->s->dbi[db],&a,0);return rc==0?1:rc==MDB_NOTFOUND?0:-1;}
uint64_t mt_get_num_or(mt_txn_t*t,mt_db_t db,const mt_key_t*k,uint64_t d){mt_str_t v;return mt_get(t,db,k,&v)==1&&v.len==8?mt_get_u64((uint8_t*)v.data):d;}
mt_status_t mt_put_num(mt_txn_t*t,mt_db_t db,const mt_key_t*k,uint64_t x){uint8_t b[8];mt_put_u64(b,x);return mt_put(t,db,k,(mt_str_t){8,(char*)b});}
mt_cursor_t*mt_cursor_open(mt_txn_t*t,mt_db_t db,const mt_key_t*p){(void)p;mt_cursor_t*c=calloc(1,sizeof*c);mdb_cursor_open(t->txn,t->s->dbi[db],&c->c);return c;}
void mt_cursor_close(mt_cursor_t*c){mdb_cursor_close(c->c);free(c);}
static int mv(mt_cursor_t*c,mt_str_t*k,mt_str_t*v,int op){MDB_val a,b;int rc=mdb_cursor_get(c->c,&a,&b,op);if(rc==MDB_NOTFOUND)return 0;if(rc)return -1;k->len=a.mv_size;k->data=a.mv_data;v->len=b.mv_size;v->data=b.mv_data;return 1;}
int mt_cursor_first(mt_cursor_t*c,mt_str_t*k,mt_str_t*v){return mv(c,k,v,MDB_FIRST);}
int mt_cursor_next(mt_cursor_t*c,mt_str_t*k,mt_str_t*v){return mv(c,k,v,MDB_NEXT);}
